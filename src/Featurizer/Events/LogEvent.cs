using System.Text;
using Jianwei.Core.Contracts;
using Jianwei.Featurizer.State;

namespace Jianwei.Featurizer.Events;

/// <summary>
/// A message of topic <c>events</c> as the stage needs it: what the state takes, and the rest as the JSON that
/// <see cref="Wire"/> writes, of which a score request repeats most.
/// </summary>
/// <param name="CompanyId">In UTF-8.</param>
/// <param name="Record">What the state keeps; of a tick, only type and observed time count.</param>
/// <param name="EventTime">Seconds since 1970, as the source has it.</param>
/// <param name="Source">The source's name.</param>
/// <param name="Text">A change of the company's text.</param>
/// <param name="Json">The event as Wire writes it.</param>
/// <param name="Cuts">Its groups of fields.</param>
public readonly record struct LogEvent(
    ReadOnlyMemory<byte> CompanyId, EventRecord Record, uint EventTime, string Source, TextChange? Text, byte[] Json, EventCuts Cuts)
{
    private static readonly int EventIdStart = "{\"schema_version\":1,"u8.Length;

    public EventType Type => Record.Type;

    /// <summary><c>"event_id":"…"</c></summary>
    internal ReadOnlySpan<byte> EventIdField => Json.AsSpan(EventIdStart..Cuts.EventId);

    /// <summary><c>,"company_id":"…"</c> and the name.</summary>
    internal ReadOnlySpan<byte> CompanyFields => Json.AsSpan(Cuts.EventId..Cuts.Company);

    /// <summary><c>,"type":"…"</c>, event time and observed time.</summary>
    internal ReadOnlySpan<byte> TimeFields => Json.AsSpan(Cuts.Company..Cuts.Times);

    /// <summary><c>,"accepted_time":"…"</c></summary>
    internal ReadOnlySpan<byte> AcceptedField => Json.AsSpan(Cuts.Times..Cuts.Accepted);

    /// <summary>From <c>,"amount":…</c> to the summary.</summary>
    internal ReadOnlySpan<byte> SourceFields => Json.AsSpan(Cuts.Accepted..Cuts.End);

    /// <summary>The same of an event that has been read already.</summary>
    public static LogEvent Of(CompanyEvent e)
    {
        var json = Wire.Write(e.SchemaVersion == 1 ? e : e with { SchemaVersion = 1 });
        return EventLayout.TryRead(json, written: true, out var layout)
            ? new(Encoding.UTF8.GetBytes(e.CompanyId), EventRecord.Of(e), Days.SecondsOf(e.EventTime), e.Source, e.Text, json, layout.Cuts)
            : throw new InvalidOperationException($"{nameof(EventLayout)} does not know Wire's layout: {Encoding.UTF8.GetString(json)}");
    }
}
