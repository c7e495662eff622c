using Jianwei.Core.Contracts;
using Jianwei.Core.Features;

namespace Jianwei.Featurizer.Windows;

/// <summary>
/// The catalogue, compiled: each distinct set of event types gets one slot for each window that some feature needs, and one
/// for all older events. A record then costs one addition for each set that it belongs to, and windows are prefix sums of slots.
/// </summary>
public sealed class FeaturePlan
{
    internal const int LongestWindow = 365;

    private readonly byte[] agesToSlot;

    public FeaturePlan(FeatureCatalogue catalogue)
    {
        Catalogue = catalogue;
        var groups = catalogue.Features.GroupBy(f => string.Join(',', f.Events.Select(e => (int)e))).ToList();
        Sets = new EventSet[groups.Count];
        agesToSlot = new byte[groups.Count * LongestWindow];
        Items = new Item[catalogue.Count];
        var slots = 0;
        var positions = catalogue.Features.Select((f, i) => (f, i)).ToDictionary(p => p.f, p => p.i);
        for (var s = 0; s < groups.Count; s++)
        {
            int[] windows = [.. groups[s].SelectMany(f => new[] { f.WindowDays, f.LongWindowDays }).Where(w => w > 0).Distinct().Order()];
            Sets[s] = new(slots, windows.Length + 1, groups[s].Any(f => NeedsDays(f.Aggregate)));
            for (var age = 0; age < LongestWindow; age++)
            {
                var slot = Array.FindIndex(windows, w => age < w);
                agesToSlot[(s * LongestWindow) + age] = (byte)(slot < 0 ? windows.Length : slot);
            }

            foreach (var feature in groups[s])
            {
                Items[positions[feature]] = new(feature, s, SlotOf(feature.WindowDays), feature.LongWindowDays > 0 ? SlotOf(feature.LongWindowDays) : -1);
            }

            int SlotOf(int window) => slots + (window == 0 ? windows.Length : Array.IndexOf(windows, window));
            slots += windows.Length + 1;
        }

        SlotCount = slots;
        SetsByType = new byte[256][];
        for (var type = 0; type < 256; type++)
        {
            SetsByType[type] = [.. Enumerable.Range(0, groups.Count).Where(s => groups[s].First().Events.Contains((EventType)type)).Select(s => (byte)s)];
        }
    }

    public FeatureCatalogue Catalogue { get; }

    internal EventSet[] Sets { get; }

    internal Item[] Items { get; }

    internal byte[][] SetsByType { get; }

    internal int SlotCount { get; }

    /// <summary>The slot of an event of this age (in days, at least 0) in a set.</summary>
    internal int SlotOf(int set, int age)
    {
        ref readonly var s = ref Sets[set];
        return age < LongestWindow ? s.FirstSlot + agesToSlot[(set * LongestWindow) + age] : s.FirstSlot + s.Slots - 1;
    }

    private static bool NeedsDays(Aggregate aggregate) =>
        aggregate is Aggregate.ActiveDays or Aggregate.GapMean or Aggregate.GapStd or Aggregate.GapMax;

    /// <param name="FirstSlot">Slot of the shortest window.</param>
    /// <param name="Slots">One for each window and one for what is older than all.</param>
    /// <param name="NeedsDays">Some feature asks which days had an event.</param>
    internal readonly record struct EventSet(int FirstSlot, int Slots, bool NeedsDays);

    /// <param name="Feature">What is asked.</param>
    /// <param name="Set">Its event set.</param>
    /// <param name="Slot">The slot that holds its window's prefix sum.</param>
    /// <param name="LongSlot">The same of the long window, or -1.</param>
    internal readonly record struct Item(Feature Feature, int Set, int Slot, int LongSlot);
}
