namespace Jianwei.Core.Contracts.Raw;

/// <summary>A message of topic <c>outcomes</c>: what in the end became of a company; the label of training.</summary>
public sealed record Outcome : RawMessage
{
    public required OutcomeKind Kind { get; init; }

    /// <summary>The day on which it took effect: the event's time.</summary>
    public required string Date { get; init; }
}

/// <summary>What became of the company.</summary>
public enum OutcomeKind
{
    Default,
    Bankruptcy,
    Exit,
    Closure,
    Cured,
}
