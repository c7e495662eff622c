using System.Globalization;
using Jianwei.Core.Contracts;

namespace Jianwei.Core.Features;

/// <summary>What is computed over the events in a window. Days are UTC calendar days of event time.</summary>
public enum Aggregate
{
    /// <summary>Number of events.</summary>
    Count,

    /// <summary>Sum of amounts.</summary>
    Sum,

    /// <summary>Mean of the amounts of the events that have one.</summary>
    Mean,

    /// <summary>Largest amount.</summary>
    Max,

    /// <summary>Amount of the newest event (by event time) that has one; of several in one second the largest.</summary>
    LastAmount,

    /// <summary>Number of different event types.</summary>
    DistinctTypes,

    /// <summary>Number of days with an event.</summary>
    ActiveDays,

    /// <summary>Days from the newest event to as-of.</summary>
    DaysSinceLast,

    /// <summary>Days from the oldest event to as-of.</summary>
    DaysSinceFirst,

    /// <summary>Trend: events a day in the window over events a day in the long window; 1 is steady.</summary>
    Ratio,

    /// <summary>Mean number of days between neighbouring active days.</summary>
    GapMean,

    /// <summary>Population standard deviation of the days between neighbouring active days.</summary>
    GapStd,

    /// <summary>Largest number of days between neighbouring active days.</summary>
    GapMax,
}

/// <summary>Applied to the aggregate, not to the default.</summary>
public enum Transform
{
    None,

    /// <summary>sign(x) · ln(1 + |x|).</summary>
    Log1p,
}

/// <summary>One element of the feature vector.</summary>
/// <param name="Name">Unique, e.g. <c>court_count_30d</c>.</param>
/// <param name="Group">What it is about; explanations are by group.</param>
/// <param name="Events">The event types it looks at, in order of their codes.</param>
/// <param name="Aggregate">What is computed.</param>
/// <param name="WindowDays">Length of the window, which ends with the day of as-of; 0 is the company's lifetime.</param>
/// <param name="LongWindowDays">For <see cref="Aggregate.Ratio"/>, the window compared with; 0 otherwise.</param>
/// <param name="Transform">Applied to the value.</param>
/// <param name="Default">The value where the aggregate has nothing to look at.</param>
public sealed record Feature(
    string Name,
    string Group,
    IReadOnlyList<EventType> Events,
    Aggregate Aggregate,
    int WindowDays,
    int LongWindowDays,
    Transform Transform,
    float Default)
{
    /// <summary>Everything that changes the value, as one line; the catalogue's hash is made of these.</summary>
    public string Definition => string.Create(CultureInfo.InvariantCulture,
        $"{Name}|{string.Join(',', Events.Select(e => (int)e))}|{Aggregate}|{WindowDays}|{LongWindowDays}|{Transform}|{Default:R}");
}
