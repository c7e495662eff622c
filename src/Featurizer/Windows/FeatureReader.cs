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
    private readonly DaySet[] days = new DaySet[plan.Sets.Length];
    private (int Set, int Window) lastOver;
    private (int Active, double GapMean, double GapStd, int GapMax) over;

    private struct Slot
    {
        public Tally Tally;
        public ulong TypesLow;
        public ulong TypesHigh;
    }

    /// <summary>Writes the features as of the state's stream time, in catalogue order.</summary>
    /// <param name="state">The company.</param>
    /// <param name="vector">At least as long as the catalogue.</param>
    public void Read(CompanyState state, Span<float> vector)
    {
        var today = state.StreamDay;
        empty.CopyTo(slots, 0);
        Array.Clear(days);
        lastOver = default;
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
            Add(record, today - record.EventDay);
        }

        AddUp();
        var items = plan.Items;
        for (var i = 0; i < items.Length; i++)
        {
            vector[i] = Value(items[i], today);
        }
    }

    private void Add(in EventRecord record, int age)
    {
        foreach (var set in plan.SetsByType[(byte)record.Type])
        {
            ref var slot = ref slots[plan.SlotOf(set, age)];
            slot.Tally.Add(record);
            Mark(ref slot, (byte)record.Type, set, age);
        }
    }

    private void Add(in Cell cell, int age)
    {
        foreach (var set in plan.SetsByType[(byte)cell.Type])
        {
            ref var slot = ref slots[plan.SlotOf(set, age)];
            slot.Tally.Add(cell.Tally);
            Mark(ref slot, (byte)cell.Type, set, age);
        }
    }

    private void Mark(ref Slot slot, byte type, int set, int age)
    {
        if (type < 64)
        {
            slot.TypesLow |= 1UL << type;
        }
        else
        {
            slot.TypesHigh |= 1UL << (type - 64);
        }

        if (age < FeaturePlan.LongestWindow && plan.Sets[set].NeedsDays)
        {
            days[set].Add(age);
        }
    }

    // Slots hold what lies between two windows; afterwards each holds all that its window sees.
    private void AddUp()
    {
        foreach (ref readonly var set in plan.Sets.AsSpan())
        {
            for (var i = set.FirstSlot + 1; i < set.FirstSlot + set.Slots; i++)
            {
                ref readonly var shorter = ref slots[i - 1];
                if (shorter.Tally.Count > 0)
                {
                    AddShorter(ref slots[i], shorter);
                }
            }
        }
    }

    private static void AddShorter(ref Slot longer, in Slot shorter)
    {
        longer.Tally.Add(shorter.Tally);
        longer.TypesLow |= shorter.TypesLow;
        longer.TypesHigh |= shorter.TypesHigh;
    }

    private float Value(in FeaturePlan.Item item, int today)
    {
        ref readonly var slot = ref slots[item.Slot];
        var feature = item.Feature;
        var looksAt = item.LongSlot < 0 ? item.Slot : item.LongSlot;
        var value = slots[looksAt].Tally.Count == 0 ? double.NaN : Aggregated(item, slot, today);
        return double.IsNaN(value) ? feature.Default : feature.Transform == Transform.Log1p ? Log1p(value) : (float)value;
    }

    private static float Log1p(double value)
    {
        var whole = (int)value;
        return whole == value && (uint)whole < (uint)Log1pOfWhole.Length ? Log1pOfWhole[whole] : (float)Math.CopySign(Math.Log(1 + Math.Abs(value)), value);
    }

    // Neighbours in the catalogue ask about the same days.
    private (int Active, double GapMean, double GapStd, int GapMax) Over(int set, int window)
    {
        if (lastOver != (set, window))
        {
            lastOver = (set, window);
            over = days[set].Over(window);
        }

        return over;
    }

    private double Aggregated(in FeaturePlan.Item item, in Slot slot, int today)
    {
        ref readonly var tally = ref slot.Tally;
        switch (item.Feature.Aggregate)
        {
            case Aggregate.Count:
                return tally.Count;
            case Aggregate.Sum:
                return tally.Sum;
            case Aggregate.Mean:
                return tally.Amounts == 0 ? double.NaN : tally.Sum / tally.Amounts;
            case Aggregate.Max:
                return tally.Amounts == 0 ? double.NaN : tally.Max;
            case Aggregate.LastAmount:
                return tally.Amounts == 0 ? double.NaN : tally.Last;
            case Aggregate.DistinctTypes:
                return System.Numerics.BitOperations.PopCount(slot.TypesLow) + System.Numerics.BitOperations.PopCount(slot.TypesHigh);
            case Aggregate.DaysSinceLast:
                return today - tally.LastDay;
            case Aggregate.DaysSinceFirst:
                return today - tally.FirstDay;
            case Aggregate.Ratio:
                var perDay = tally.Count / (double)item.Feature.WindowDays;
                return perDay / (slots[item.LongSlot].Tally.Count / (double)item.Feature.LongWindowDays);
            default:
                var found = Over(item.Set, item.Feature.WindowDays);
                return item.Feature.Aggregate switch
                {
                    Aggregate.ActiveDays => found.Active,
                    Aggregate.GapMean => found.GapMean,
                    Aggregate.GapStd => found.GapStd,
                    _ => found.Active > 1 ? found.GapMax : double.NaN,
                };
        }
    }
}
