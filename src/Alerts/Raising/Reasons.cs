using Jianwei.Core.Contracts;

namespace Jianwei.Alerts.Raising;

/// <summary>
/// Why the log-odds moved, as the model itself has it: values of the items, other and residual sum up to the change of log-odds.
/// </summary>
/// <param name="Note">What could not be told and why, or null.</param>
/// <param name="Items">The reasons that moved it most, largest first.</param>
/// <param name="Other">Value of all that has no item.</param>
/// <param name="Residual">What the model, asked again, does not account for.</param>
public sealed record Reasons(string? Note, IReadOnlyList<Reason> Items, double Other, double Residual)
{
    public static Reasons None(string note) => new(note, [], 0, 0);
}

/// <summary>One reason.</summary>
public sealed record Reason
{
    /// <summary>A reported outcome, which has no value.</summary>
    public const string OutcomeKind = "outcome";

    /// <summary><c>group</c> (of features), <c>text</c>, or <see cref="OutcomeKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>One line for a person, without the value.</summary>
    public required string Text { get; init; }

    /// <summary>Shapley value in log-odds: above 0 where it raised the risk.</summary>
    public required double Value { get; init; }

    /// <summary>Part of all that moved, either way: |value| over the sum of all |values|.</summary>
    public required double Share { get; init; }

    /// <summary>The catalogue's group.</summary>
    public string? Group { get; init; }

    /// <summary>Of a text: <c>new</c>, <c>gone</c> (the older texts that are no longer there) or <c>all</c> (texts as a whole).</summary>
    public string? Change { get; init; }

    /// <summary>Of a new text: <c>profile</c>, <c>posting</c> or <c>filing</c>.</summary>
    public string? Segment { get; init; }

    /// <summary>Of a new text: the profile's field, the posting's id, the filing's id.</summary>
    public string? Key { get; init; }

    /// <summary>Of a new text: when its event happened.</summary>
    public DateTimeOffset? EventTime { get; init; }

    /// <summary>Of a new text: the sentence that moved most.</summary>
    public string? Sentence { get; init; }

    /// <summary>
    /// The events that it comes from, each with its part of the value, the largest first; those that the alert still names.
    /// </summary>
    public required IReadOnlyList<ReasonEvent> Events { get; init; }
}

/// <summary>An event of a reason.</summary>
/// <param name="Value">Its part of the reason's value.</param>
public sealed record ReasonEvent(
    string Source, string SourceEventId, EventType Type, DateTimeOffset EventTime, string? Summary, double Value);
