using Jianwei.Core.Contracts;
using Jianwei.Core.Features;

namespace Jianwei.Featurizer.Windows;

/// <summary>
/// The catalogue, compiled: each distinct set of event types gets one slot for each window that some feature needs, and one
/// for all older events. A record then costs one addition for each set that it belongs to, windows are prefix sums of slots,
/// and sets without any event are left alone.
/// </summary>
public sealed class FeaturePlan
{
    internal const int LongestWindow = 365;
    private const int Ages = LongestWindow + 1;

    private readonly short[] slotOfAge;
    private readonly Link[][] links = new Link[256][];

    public FeaturePlan(FeatureCatalogue catalogue)
    {
        Catalogue = catalogue;
        Defaults = [.. catalogue.Features.Select(f => f.Default)];
        var groups = catalogue.Features.Select((Feature, Position) => (Feature, Position))
            .GroupBy(f => string.Join(',', f.Feature.Events.Select(e => (int)e))).Select(g => g.ToList()).ToList();
        slotOfAge = new short[groups.Count * Ages];
        Sets = new EventSet[groups.Count];
        for (var s = 0; s < groups.Count; s++)
        {
            Sets[s] = Compile(s, groups[s]);
        }

        for (var type = 0; type < links.Length; type++)
        {
            links[type] = [.. Enumerable.Range(0, groups.Count).Where(s => groups[s][0].Feature.Events.Contains((EventType)type)).Select(LinkTo)];
        }
    }

    public FeatureCatalogue Catalogue { get; }

    internal EventSet[] Sets { get; }

    /// <summary>The vector of a company without events.</summary>
    internal float[] Defaults { get; }

    internal int SlotCount { get; private set; }

    /// <summary>Sets of which some feature asks which days had an event.</summary>
    internal int DaySetCount { get; private set; }

    /// <summary>The sets that a type belongs to.</summary>
    internal ReadOnlySpan<Link> LinksOf(byte type) => links[type];

    /// <summary>The slot of an event of this age (in days, at least 0) in a set.</summary>
    internal int SlotOf(in Link link, int age) => slotOfAge[link.FirstAge + Math.Min(age, LongestWindow)];

    private EventSet Compile(int set, List<(Feature Feature, int Position)> features)
    {
        var first = SlotCount;
        int[] windows = [.. features.SelectMany(f => new[] { f.Feature.WindowDays, f.Feature.LongWindowDays }).Where(w => w > 0).Distinct().Order()];
        SlotCount += windows.Length + 1;
        for (var age = 0; age < Ages; age++)
        {
            var slot = Array.FindIndex(windows, w => age < w);
            slotOfAge[(set * Ages) + age] = (short)(first + (slot < 0 ? windows.Length : slot));
        }

        var types = default(TypeSet);
        foreach (var type in features[0].Feature.Events)
        {
            types.Add(TypeSet.Of((byte)type));
        }

        var aggregates = features.Select(f => f.Feature.Aggregate).ToHashSet();
        Item[] items = [.. features.Select(f => new Item(f.Feature, f.Position, SlotOf(f.Feature.WindowDays), SlotOf(Math.Max(f.Feature.WindowDays, f.Feature.LongWindowDays))))];
        return new(first, windows.Length + 1, types, aggregates.Any(NeedsDays) ? DaySetCount++ : -1, aggregates.Any(NeedsAmounts), items);

        int SlotOf(int window) => first + (window == 0 ? windows.Length : Array.IndexOf(windows, window));
    }

    private Link LinkTo(int set) => new(set * Ages, Sets[set].DaySet, Sets[set].NeedsAmounts);

    private static bool NeedsDays(Aggregate aggregate) =>
        aggregate is Aggregate.ActiveDays or Aggregate.GapMean or Aggregate.GapStd or Aggregate.GapMax;

    private static bool NeedsAmounts(Aggregate aggregate) =>
        aggregate is Aggregate.Sum or Aggregate.Mean or Aggregate.Max or Aggregate.LastAmount;

    /// <param name="FirstSlot">Slot of the shortest window.</param>
    /// <param name="Slots">One for each window and one for what is older than all.</param>
    /// <param name="Types">Its event types.</param>
    /// <param name="DaySet">Where the days with an event are marked, or -1 where no feature asks for them.</param>
    /// <param name="NeedsAmounts">Some feature asks about amounts.</param>
    /// <param name="Items">The features over it.</param>
    internal readonly record struct EventSet(int FirstSlot, int Slots, TypeSet Types, int DaySet, bool NeedsAmounts, Item[] Items);

    /// <summary>Where an event of some type is to be added in one set.</summary>
    /// <param name="FirstAge">The set's part of the table from age to slot.</param>
    /// <param name="DaySet">As in <see cref="EventSet"/>.</param>
    /// <param name="NeedsAmounts">As in <see cref="EventSet"/>.</param>
    internal readonly record struct Link(int FirstAge, int DaySet, bool NeedsAmounts);

    /// <summary>One feature, with what the inner loop asks of it side by side.</summary>
    internal readonly struct Item(Feature feature, int position, int slot, int widestSlot)
    {
        public readonly int Position = position;

        /// <summary>The slot that holds its window's prefix sum.</summary>
        public readonly int Slot = slot;

        /// <summary>The same of the long window where there is one: no event there, no value.</summary>
        public readonly int WidestSlot = widestSlot;
        public readonly int WindowDays = feature.WindowDays;
        public readonly int LongWindowDays = feature.LongWindowDays;
        public readonly float Default = feature.Default;
        public readonly Aggregate Aggregate = feature.Aggregate;
        public readonly bool Log1p = feature.Transform == Transform.Log1p;
    }
}
