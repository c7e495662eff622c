using System.Text.Json;
using Confluent.Kafka;
using Jianwei.Core.Contracts;
using Jianwei.Featurizer.Events;
using Jianwei.Featurizer.State;

namespace Jianwei.Featurizer;

/// <summary>Reads messages of topic <c>events</c>; what it refuses is dead-lettered by the stage and stepped over by a replay.</summary>
public static class EventReader
{
    // Far above any event of Ingest; the score request repeats parts of it and must itself fit a message.
    internal const int SizeLimit = 1024 * 1024;
    internal const int IdLimit = 200;

    /// <summary>
    /// The event of a message as the log has it, or null with the reason. The stage, verify and export take the same ones.
    /// </summary>
    public static CompanyEvent? TryRead(Message<byte[], byte[]> message, out string problem) =>
        TryRead(message.Value, EventTimes.Latest(message.Timestamp), out problem);

    /// <summary>The event, or null with the reason.</summary>
    /// <param name="bytes">The message's value.</param>
    /// <param name="latest">From <see cref="EventTimes.Latest"/>.</param>
    /// <param name="problem">The reason, or empty.</param>
    public static CompanyEvent? TryRead(ReadOnlySpan<byte> bytes, DateTimeOffset latest, out string problem)
    {
        if (bytes.Length > SizeLimit)
        {
            problem = $"it has {bytes.Length} bytes; allowed: at most {SizeLimit}";
            return null;
        }

        try
        {
            var e = Wire.ReadEvent(bytes);
            problem = ProblemOf(e) is { Length: > 0 } wrong ? wrong : EventTimes.ProblemOf(e, latest);
            return problem.Length == 0 ? e : null;
        }
        catch (Exception e) when (e is JsonException or FormatException or OverflowException)
        {
            problem = e.Message;
            return null;
        }
    }

    // JSON's null passes for a text that is required.
    private static string ProblemOf(CompanyEvent e)
    {
        if (e.EventId is not { Length: 16 })
        {
            return $"event_id is {Shown(e.EventId)}; allowed: 16 hexadecimal digits";
        }

        _ = EventRecord.IdOf(e.EventId);
        return e.CompanyId is not { Length: > 0 and <= IdLimit }
                ? $"company_id has {e.CompanyId?.Length ?? 0} characters; allowed: 1 to {IdLimit}"
            : e.Amount is { } amount && !float.IsFinite((float)amount) ? $"amount is {amount}; allowed: what a 32-bit float holds"
            : string.IsNullOrEmpty(e.Source) || e.Source.Contains(';', StringComparison.Ordinal)
                ? $"source is {Shown(e.Source)}; allowed: a text without ';'"
            : e.Type == EventType.None ? "type is none"
            : e.Text is { Key: null } ? "text.key is null"
            : "";
    }

    private static string Shown(string? text) => text is null ? "null" : text.Length <= 60 ? $"'{text}'" : $"'{text[..60]}…'";
}
