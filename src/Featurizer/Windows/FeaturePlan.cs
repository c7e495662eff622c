using Jianwei.Core.Contracts;
using Jianwei.Core.Features;

namespace Jianwei.Featurizer.Windows;

/// <summary>
/// The catalogue, compiled: its windows, and each distinct set of event types with the features over it.
/// A set without any event is left alone, and only sets that are asked about amounts or single days cost something for each event.
/// </summary>
public sealed class FeaturePlan
{
    internal const int LongestWindow = 365;

    private readonly byte[] windowOfAge = new byte[LongestWindow + 1];
    private readonly int[][] amountSets = new int[TypeSet.Limit][];
    private readonly int[][] daySets = new int[TypeSet.Limit][];

    public FeaturePlan(FeatureCatalogue catalogue)
    {
        Catalogue = catalogue;
        Defaults = [.. catalogue.Features.Select(f => f.Default)];
        int[] windows = [.. catalogue.Features.SelectMany(f => new[] { f.WindowDays, f.LongWindowDays })
            .Where(w => w > 0).Distinct().Order()];
        Windows = windows.Length + 1;
        for (var age = 0; age < windowOfAge.Length; age++)
        {
            windowOfAge[age] = (byte)windows.Count(w => age >= w);
        }

        Sets = [.. catalogue.Features.Select((Feature, Position) => (Feature, Position))
            .GroupBy(f => string.Join(',', f.Feature.Events.Select(e => (int)e))).Select(g => Compile([.. g], windows))];
        for (var type = 0; type < TypeSet.Limit; type++)
        {
            var ofType = TypeSet.Of((EventType)type);
            EventSet[] sets = [.. Sets.Where(s => s.Types.And(ofType).Any)];
            amountSets[type] = [.. sets.Where(s => s.AmountSet >= 0).Select(s => s.AmountSet)];
            daySets[type] = [.. sets.Where(s => s.DaySet >= 0).Select(s => s.DaySet)];
        }
    }

    public FeatureCatalogue Catalogue { get; }

    internal EventSet[] Sets { get; }

    /// <summary>The vector of a company without events.</summary>
    internal float[] Defaults { get; }

    /// <summary>Number of different windows of the catalogue, the one of a company's lifetime included, which is the last.</summary>
    internal int Windows { get; }

    /// <summary>Sets of which some feature asks about amounts.</summary>
    internal int AmountSetCount { get; private set; }

    /// <summary>Sets of which some feature asks which days had an event.</summary>
    internal int DaySetCount { get; private set; }

    /// <summary>The shortest window that holds an event of this age (in days, at least 0).</summary>
    internal int WindowOf(int age) => windowOfAge[Math.Min(age, LongestWindow)];

    /// <summary>The sets asked about amounts that a type belongs to.</summary>
    internal ReadOnlySpan<int> AmountSetsOf(byte type) => amountSets[type];

    /// <summary>The sets asked about days that a type belongs to.</summary>
    internal ReadOnlySpan<int> DaySetsOf(byte type) => daySets[type];

    private EventSet Compile(List<(Feature Feature, int Position)> features, int[] windows)
    {
        var aggregates = features.Select(f => f.Feature.Aggregate).ToHashSet();
        Item[] items = [.. features.Select(f => new Item(
            f.Feature, f.Position, WindowOf(f.Feature.WindowDays), WindowOf(Math.Max(f.Feature.WindowDays, f.Feature.LongWindowDays))))];
        return new(
            TypeSet.Of([.. features[0].Feature.Events]),
            aggregates.Any(NeedsAmounts) ? AmountSetCount++ : -1, aggregates.Any(NeedsDays) ? DaySetCount++ : -1,
            [.. items.Where(i => i.Aggregate == Aggregate.Count)], [.. items.Where(i => i.Aggregate != Aggregate.Count)]);

        int WindowOf(int days) => days == 0 ? windows.Length : Array.IndexOf(windows, days);
    }

    private static bool NeedsDays(Aggregate aggregate) =>
        aggregate is Aggregate.ActiveDays or Aggregate.GapMean or Aggregate.GapStd or Aggregate.GapMax;

    private static bool NeedsAmounts(Aggregate aggregate) =>
        aggregate is Aggregate.Sum or Aggregate.Mean or Aggregate.Max or Aggregate.LastAmount;

    /// <param name="Types">Its event types.</param>
    /// <param name="AmountSet">Its number among the sets asked about amounts, or -1.</param>
    /// <param name="DaySet">Its number among the sets asked about days, or -1.</param>
    /// <param name="Counts">Its features that are counts: most are.</param>
    /// <param name="Items">The others.</param>
    internal readonly record struct EventSet(TypeSet Types, int AmountSet, int DaySet, Item[] Counts, Item[] Items);

    /// <summary>One feature, with what the inner loop asks of it side by side.</summary>
    internal readonly struct Item(Feature feature, int position, int window, int widestWindow)
    {
        public readonly int Position = position;
        public readonly int Window = window;

        /// <summary>The long window where there is one: no event there, no value.</summary>
        public readonly int WidestWindow = widestWindow;
        public readonly int WindowDays = feature.WindowDays;
        public readonly int LongWindowDays = feature.LongWindowDays;
        public readonly Aggregate Aggregate = feature.Aggregate;
        public readonly bool Log1p = feature.Transform == Transform.Log1p;
    }
}
