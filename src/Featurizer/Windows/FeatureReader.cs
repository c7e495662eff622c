using Jianwei.Core.Features;
using Jianwei.Featurizer.State;

namespace Jianwei.Featurizer.Windows;

/// <summary>Reads the feature vector from a company's state. Keeps its scratch memory, so one reader belongs to one thread.</summary>
public sealed class FeatureReader(FeaturePlan plan)
{
    // ln(1 + n): counts and days are small whole numbers.
    private static readonly float[] Log1pOfWhole = [.. Enumerable.Range(0, 4_096).Select(n => (float)Math.Log(1.0 + n))];

    private readonly TypeTallies tallies = new(plan.Windows);
    private readonly AmountTally[] amounts = new AmountTally[plan.AmountSetCount * plan.Windows]; // by set, then by window
    private readonly DaySet[] days = new DaySet[plan.DaySetCount];
    private (int DaySet, int Window) lastGaps;
    private (double Mean, double Std, double Max) gaps;

    /// <summary>Writes the features as of the state's stream time, in catalogue order.</summary>
    /// <param name="state">The company.</param>
    /// <param name="vector">At least as long as the catalogue.</param>
    public void Read(CompanyState state, Span<float> vector)
    {
        var today = state.StreamDay;
        tallies.Clear();
        Array.Fill(amounts, AmountTally.Empty);
        Array.Clear(days);
        lastGaps = default;
        plan.Defaults.CopyTo(vector);
        foreach (ref readonly var cell in state.LifetimeCells)
        {
            Add(cell, FeaturePlan.LongestWindow);
        }

        foreach (ref readonly var cell in state.DayCells)
        {
            Add(cell, today - cell.Day);
        }

        foreach (ref readonly var record in state.Records)
        {
            Add(record, today);
        }

        foreach (ref readonly var set in plan.Sets.AsSpan())
        {
            if (tallies.Sum(set.Types))
            {
                Fill(set, today, vector);
            }
        }
    }

    private void Add(in EventRecord record, int today)
    {
        var type = (byte)record.Type;
        if (type >= TypeSet.Limit)
        {
            return;
        }

        var day = record.EventDay;
        var age = today - day;
        var window = plan.WindowOf(age);
        tallies.Add(type, window, new() { Count = 1, First = (ushort)day, Last = (ushort)day });
        if (!float.IsNaN(record.Amount))
        {
            foreach (var set in plan.AmountSetsOf(type))
            {
                amounts[(set * plan.Windows) + window].Add(record.Amount, record.EventTime);
            }
        }

        Mark(type, age);
    }

    private void Add(in Cell cell, int age)
    {
        var type = (byte)cell.Type;
        if (type >= TypeSet.Limit)
        {
            return;
        }

        var window = plan.WindowOf(age);
        tallies.Add(type, window, cell.Tally.Days);
        foreach (var set in plan.AmountSetsOf(type))
        {
            amounts[(set * plan.Windows) + window].Add(cell.Tally.Amounts);
        }

        Mark(type, age);
    }

    private void Mark(byte type, int age)
    {
        if (age < FeaturePlan.LongestWindow)
        {
            foreach (var set in plan.DaySetsOf(type))
            {
                days[set].Add(age);
            }
        }
    }

    private void Fill(in FeaturePlan.EventSet set, int today, Span<float> vector)
    {
        foreach (ref readonly var item in set.Counts.AsSpan())
        {
            if (tallies.Counts[item.Window] is > 0 and var count)
            {
                vector[item.Position] = item.Log1p ? Log1p(count) : count;
            }
        }

        var ofSet = AmountsOf(set);
        foreach (ref readonly var item in set.Items.AsSpan())
        {
            if (tallies.Counts[item.WidestWindow] == 0)
            {
                continue;
            }

            var value = Aggregated(item, set.DaySet, ofSet, today);
            if (!double.IsNaN(value))
            {
                vector[item.Position] = item.Log1p ? Log1p(value) : (float)value;
            }
        }
    }

    // By window. What was added lies in the shortest window that holds it; now each takes what the shorter ones have.
    private ReadOnlySpan<AmountTally> AmountsOf(in FeaturePlan.EventSet set)
    {
        if (set.AmountSet < 0)
        {
            return [];
        }

        var windows = amounts.AsSpan(set.AmountSet * plan.Windows, plan.Windows);
        for (var window = 1; window < windows.Length; window++)
        {
            windows[window].Add(windows[window - 1]);
        }

        return windows;
    }

    private static float Log1p(double value)
    {
        var whole = (int)value;
        return whole == value && (uint)whole < (uint)Log1pOfWhole.Length
            ? Log1pOfWhole[whole]
            : (float)Math.CopySign(Math.Log(1 + Math.Abs(value)), value);
    }

    // Neighbours in the catalogue ask about the same days.
    private (double Mean, double Std, double Max) Gaps(int daySet, int window)
    {
        if (lastGaps != (daySet, window))
        {
            lastGaps = (daySet, window);
            gaps = days[daySet].Gaps(window);
        }

        return gaps;
    }

    private double Aggregated(in FeaturePlan.Item item, int daySet, ReadOnlySpan<AmountTally> ofSet, int today) => item.Aggregate switch
    {
        Aggregate.DistinctTypes => tallies.Types[item.Window],
        Aggregate.DaysSinceLast => today - tallies.Lasts[item.Window],
        Aggregate.DaysSinceFirst => today - tallies.Firsts[item.Window],
        Aggregate.Ratio =>
            tallies.Counts[item.Window] / (double)item.WindowDays / (tallies.Counts[item.WidestWindow] / (double)item.LongWindowDays),
        Aggregate.Sum => ofSet[item.Window].Sum,
        Aggregate.Mean => ofSet[item.Window].Count == 0 ? double.NaN : ofSet[item.Window].Sum / ofSet[item.Window].Count,
        Aggregate.Max => ofSet[item.Window].Count == 0 ? double.NaN : ofSet[item.Window].Max,
        Aggregate.LastAmount => ofSet[item.Window].Count == 0 ? double.NaN : ofSet[item.Window].Last,
        Aggregate.ActiveDays => days[daySet].Active(item.WindowDays),
        Aggregate.GapMean => Gaps(daySet, item.WindowDays).Mean,
        Aggregate.GapStd => Gaps(daySet, item.WindowDays).Std,
        _ => Gaps(daySet, item.WindowDays).Max,
    };
}
