using Jianwei.Core.Features;
using Jianwei.Featurizer.State;

namespace Jianwei.Featurizer.Windows;

/// <summary>Reads the feature vector from a company's state. Keeps its scratch memory, so one reader belongs to one thread.</summary>
public sealed class FeatureReader(FeaturePlan plan)
{
    // ln(1 + n): counts and days are small whole numbers.
    private static readonly float[] Log1pOfWhole = [.. Enumerable.Range(0, 4_096).Select(n => (float)Math.Log(1.0 + n))];

    private readonly Slot[] slots = new Slot[plan.SlotCount];
    private readonly Slot[] empty = [.. Enumerable.Repeat(new Slot { Tally = Tally.Empty }, plan.SlotCount)];
    private readonly DaySet[] days = new DaySet[plan.DaySetCount];
    private TypeSet seen;
    private (int DaySet, int Window) lastGaps;
    private (double Mean, double Std, double Max) gaps;

    private struct Slot
    {
        public Tally Tally;
        public TypeSet Types;
    }

    /// <summary>Writes the features as of the state's stream time, in catalogue order.</summary>
    /// <param name="state">The company.</param>
    /// <param name="vector">At least as long as the catalogue.</param>
    public void Read(CompanyState state, Span<float> vector)
    {
        var today = state.StreamDay;
        empty.CopyTo(slots, 0);
        Array.Clear(days);
        seen = default;
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
            if (set.Types.Overlaps(seen))
            {
                Fill(set, today, vector);
            }
        }
    }

    private void Add(in EventRecord record, int today)
    {
        var day = record.EventDay;
        var age = today - day;
        var type = TypeSet.Of((byte)record.Type);
        seen.Add(type);
        var hasAmount = !float.IsNaN(record.Amount);
        foreach (ref readonly var link in plan.LinksOf((byte)record.Type))
        {
            ref var slot = ref slots[plan.SlotOf(link, age)];
            slot.Tally.AddDay((ushort)day);
            slot.Types.Add(type);
            if (hasAmount && link.NeedsAmounts)
            {
                slot.Tally.AddAmount(record.Amount, record.EventTime);
            }

            Mark(link.DaySet, age);
        }
    }

    private void Add(in Cell cell, int age)
    {
        var type = TypeSet.Of((byte)cell.Type);
        seen.Add(type);
        foreach (ref readonly var link in plan.LinksOf((byte)cell.Type))
        {
            ref var slot = ref slots[plan.SlotOf(link, age)];
            slot.Tally.Add(cell.Tally);
            slot.Types.Add(type);
            Mark(link.DaySet, age);
        }
    }

    private void Mark(int daySet, int age)
    {
        if (daySet >= 0 && age < FeaturePlan.LongestWindow)
        {
            days[daySet].Add(age);
        }
    }

    private void Fill(in FeaturePlan.EventSet set, int today, Span<float> vector)
    {
        AddUp(slots.AsSpan(set.FirstSlot, set.Slots), set.NeedsAmounts);
        foreach (ref readonly var item in set.Items.AsSpan())
        {
            if (slots[item.WidestSlot].Tally.Count == 0)
            {
                continue;
            }

            var value = Aggregated(item, set.DaySet, today);
            if (!double.IsNaN(value))
            {
                vector[item.Position] = item.Log1p ? Log1p(value) : (float)value;
            }
        }
    }

    // Slots hold what lies between two windows; afterwards each holds all that its window sees.
    private static void AddUp(Span<Slot> windows, bool amounts)
    {
        for (var i = 1; i < windows.Length; i++)
        {
            ref readonly var shorter = ref windows[i - 1];
            if (shorter.Tally.Count > 0)
            {
                windows[i].Types.Add(shorter.Types);
                if (amounts)
                {
                    windows[i].Tally.Add(shorter.Tally);
                }
                else
                {
                    windows[i].Tally.AddDays(shorter.Tally);
                }
            }
        }
    }

    private static float Log1p(double value)
    {
        var whole = (int)value;
        return whole == value && (uint)whole < (uint)Log1pOfWhole.Length ? Log1pOfWhole[whole] : (float)Math.CopySign(Math.Log(1 + Math.Abs(value)), value);
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

    private double Aggregated(in FeaturePlan.Item item, int daySet, int today)
    {
        ref readonly var slot = ref slots[item.Slot];
        ref readonly var tally = ref slot.Tally;
        return item.Aggregate switch
        {
            Aggregate.Count => tally.Count,
            Aggregate.Sum => tally.Sum,
            Aggregate.Mean => tally.Amounts == 0 ? double.NaN : tally.Sum / tally.Amounts,
            Aggregate.Max => tally.Amounts == 0 ? double.NaN : tally.Max,
            Aggregate.LastAmount => tally.Amounts == 0 ? double.NaN : tally.Last,
            Aggregate.DistinctTypes => slot.Types.Count,
            Aggregate.DaysSinceLast => today - tally.LastDay,
            Aggregate.DaysSinceFirst => today - tally.FirstDay,
            Aggregate.Ratio => tally.Count / (double)item.WindowDays / (slots[item.WidestSlot].Tally.Count / (double)item.LongWindowDays),
            Aggregate.ActiveDays => days[daySet].Active(item.WindowDays),
            Aggregate.GapMean => Gaps(daySet, item.WindowDays).Mean,
            Aggregate.GapStd => Gaps(daySet, item.WindowDays).Std,
            _ => Gaps(daySet, item.WindowDays).Max,
        };
    }
}
