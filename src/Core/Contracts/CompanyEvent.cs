namespace Jianwei.Core.Contracts;

/// <summary>
/// One normalised event of topic <c>events</c>: what the Featurizer applies, in the order of the company's log.
/// Times are UTC; <see cref="EventTime"/> is never after <see cref="ObservedTime"/> (Ingest clamps it).
/// </summary>
public sealed record CompanyEvent
{
    public int SchemaVersion { get; init; } = 1;

    /// <summary>16 hexadecimal digits that identify (source, source event id); a repeated event has the same.</summary>
    public required string EventId { get; init; }

    /// <summary>Canonical company id, e.g. <c>CN-USCC:91310000MA1FL5KQ7X</c>; also the message key.</summary>
    public required string CompanyId { get; init; }

    public string? CompanyName { get; init; }

    public required EventType Type { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset EventTime { get; init; }

    /// <summary>When we could first know of it. Stream time is made of these.</summary>
    public required DateTimeOffset ObservedTime { get; init; }

    /// <summary>Wall clock at Ingest, for latency only: never part of state, features or scores.</summary>
    public DateTimeOffset AcceptedTime { get; init; }

    /// <summary>
    /// Money in <see cref="Unit"/>'s currency, or a number of people (<c>people</c>), or another quantity; null where there is none.
    /// </summary>
    public double? Amount { get; init; }

    /// <summary>ISO 4217 currency, <c>people</c>, or null.</summary>
    public string? Unit { get; init; }

    public required string Source { get; init; }

    public required string SourceEventId { get; init; }

    /// <summary>One line for a person, at most 200 characters, e.g. <c>lay-off notice: 439 people, Denver</c>.</summary>
    public string? Summary { get; init; }

    /// <summary>A change of the company's text, where the event carries one.</summary>
    public TextChange? Text { get; init; }

    /// <summary>The short form that travels with scores and alerts.</summary>
    public EventSummary ToSummary() => new()
    {
        EventId = EventId, Type = Type, EventTime = EventTime, ObservedTime = ObservedTime,
        Amount = Amount, Unit = Unit, Source = Source, SourceEventId = SourceEventId, Summary = Summary,
    };
}

/// <summary>Puts, replaces or (with null content) removes one text of a company.</summary>
/// <param name="Segment">Which kind of text.</param>
/// <param name="Key">Identity inside the segment: <c>profile</c>'s field, the posting's id, the filing's id.</param>
/// <param name="Content">NFKC text, or null to remove it.</param>
public sealed record TextChange(TextSegment Segment, string Key, string? Content);

/// <summary>The typed segments of a company's text.</summary>
public enum TextSegment
{
    Profile,
    Posting,
    Filing,
}

/// <summary>The event that caused a score, in short.</summary>
public sealed record EventSummary
{
    public required string EventId { get; init; }

    public required EventType Type { get; init; }

    public required DateTimeOffset EventTime { get; init; }

    public required DateTimeOffset ObservedTime { get; init; }

    public double? Amount { get; init; }

    public string? Unit { get; init; }

    public required string Source { get; init; }

    public required string SourceEventId { get; init; }

    public string? Summary { get; init; }
}
