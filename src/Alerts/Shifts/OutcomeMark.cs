using Jianwei.Core.Contracts;

namespace Jianwei.Alerts.Shifts;

/// <summary>What was reported of a company's end.</summary>
/// <param name="Kind">An outcome's type.</param>
/// <param name="Day">Days since 0001-01-01: the one on which it took effect.</param>
public readonly record struct OutcomeMark(EventType Kind, int Day)
{
    /// <summary>Whether it is the end: default, bankruptcy, closure, exit.</summary>
    public bool Ends => Kind != EventType.OutcomeCured;

    public DateOnly Date => DateOnly.FromDayNumber(Day);

    /// <summary>Whether events of this type report outcomes.</summary>
    public static bool Reports(EventType type) => type is EventType.OutcomeDefault or EventType.OutcomeBankruptcy
        or EventType.OutcomeExit or EventType.OutcomeClosure or EventType.OutcomeCured;

    public static OutcomeMark Of(EventSummary outcome) => new(outcome.Type, DateOnly.FromDateTime(outcome.EventTime.UtcDateTime).DayNumber);
}
