using System.Text.Json;
using Jianwei.Core.Contracts;
using Jianwei.Featurizer.State;

namespace Jianwei.Featurizer;

/// <summary>Reads messages of topic <c>events</c>; what it refuses is dead-lettered by the stage and stepped over by a replay.</summary>
public static class EventReader
{
    /// <summary>The event, or null with the reason.</summary>
    public static CompanyEvent? TryRead(ReadOnlySpan<byte> bytes, out string problem)
    {
        try
        {
            var e = Wire.ReadEvent(bytes);
            problem = ProblemOf(e);
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
            return $"event_id is {e.EventId ?? "null"}; allowed: 16 hexadecimal digits";
        }

        _ = EventRecord.IdOf(e.EventId);
        return string.IsNullOrEmpty(e.CompanyId) ? "company_id is empty"
            : string.IsNullOrEmpty(e.Source) || e.Source.Contains(';', StringComparison.Ordinal) ? $"source is '{e.Source}'; allowed: a text without ';'"
            : e.Type == EventType.None ? "type is none"
            : e.Amount is { } amount && !float.IsFinite((float)amount) ? "amount is too large; allowed: up to 3.4e38"
            : e.Text is { Key: null } ? "text.key is null"
            : "";
    }
}
