using Jianwei.Core.Contracts;
using Jianwei.Core.Features;

namespace Jianwei.Featurizer.State;

/// <summary>
/// What a company's features must be, counted anew from the list of all events that counted. It knows two rules and no
/// engine: which events count (identity, retention, folding), and what the catalogue says of each feature.
/// </summary>
internal sealed class Recount
{
    private readonly List<(long Event, long Observed, EventType Type, double? Amount, string Id)> applied = [];
    private long streamTime = -1;
    private long foldedThrough = -1;

    public int Version { get; private set; }

    public int Applied => applied.Count;

    public bool Folded => foldedThrough >= 0;

    /// <summary>True when the event counts.</summary>
    public bool Add(CompanyEvent e)
    {
        var observed = e.ObservedTime.ToUnixTimeSeconds();
        if (e.Type == EventType.Tick)
        {
            if (streamTime < 0 || observed <= streamTime)
                return false;
        }
        else
        {
            if (streamTime >= 0 && (!Remembered(observed) || applied.Any(a => a.Id == e.EventId && Remembered(a.Observed))))
                return false;
            applied.Add((e.EventTime.ToUnixTimeSeconds(), observed, e.Type, e.Amount, e.EventId));
        }

        Version++;
        streamTime = Math.Max(streamTime, observed);
        Fold();
        return true;
    }

    /// <summary>The value of one feature as of stream time.</summary>
    public float Value(Feature feature)
    {
        var value = Raw(feature);
        return value is not { } v ? feature.Default
            : feature.Transform == Transform.Log1p ? (float)(Math.Sign(v) * Math.Log(1 + Math.Abs(v)))
            : (float)v;
    }

    private static long Day(long seconds) => seconds / 86_400;

    private bool Remembered(long observed) => Day(observed) > Day(streamTime) - 365 && observed > foldedThrough;

    private void Fold()
    {
        var live = applied.Where(a => Remembered(a.Observed)).Select(a => a.Observed).ToList();
        if (live.Count <= 1_000)
            return;
        var earlier = live.Where(o => o < streamTime).ToList();
        if (earlier.Count == 0 && live.Count < 8_000)
            return;
        var through = live.Order().ElementAt(live.Count / 2);
        if (through == streamTime && earlier.Count > 0)
            through = earlier.Max();

        foldedThrough = through;
    }

    private double? Raw(Feature feature)
    {
        var today = Day(streamTime);
        var all = applied.Where(a => feature.Events.Contains(a.Type)).ToList();
        var events = Within(feature.WindowDays);
        var amounts = events.Where(e => e.Amount is not null)
            .OrderBy(e => e.Event).ThenBy(e => e.Amount)
            .Select(e => e.Amount!.Value).ToList();
        var days = events.Select(e => Day(e.Event)).Distinct().Order().ToList();
        var gaps = days.Zip(days.Skip(1), (a, b) => (double)(b - a)).ToList();
        if (feature.Aggregate == Aggregate.Ratio)
            return Within(feature.LongWindowDays) is { Count: > 0 } many
                ? events.Count / (double)feature.WindowDays / (many.Count / (double)feature.LongWindowDays)
                : null;
        if (events.Count == 0)
            return null;
        return feature.Aggregate switch
        {
            Aggregate.Count => events.Count,
            Aggregate.Sum => amounts.Sum(),
            Aggregate.Mean => amounts.Count > 0 ? amounts.Average() : null,
            Aggregate.Max => amounts.Count > 0 ? amounts.Max() : null,
            Aggregate.LastAmount => amounts.Count > 0 ? amounts[^1] : null,
            Aggregate.DistinctTypes => events.Select(e => e.Type).Distinct().Count(),
            Aggregate.ActiveDays => days.Count,
            Aggregate.DaysSinceLast => today - days[^1],
            Aggregate.DaysSinceFirst => today - days[0],
            Aggregate.GapMean => gaps.Count > 0 ? gaps.Average() : null,
            Aggregate.GapStd => gaps.Count > 0 ? Math.Sqrt(gaps.Average(g => Math.Pow(g - gaps.Average(), 2))) : null,
            Aggregate.GapMax => gaps.Count > 0 ? gaps.Max() : null,
            _ => throw new ArgumentOutOfRangeException(nameof(feature), feature.Aggregate, "unknown aggregate"),
        };

        List<(long Event, long Observed, EventType Type, double? Amount, string Id)> Within(int window) =>
            window == 0 ? all : [.. all.Where(a => Day(a.Event) > today - window)];
    }
}
