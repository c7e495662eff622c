using System.Globalization;
using Jianwei.Core.Contracts;

namespace Jianwei.Core.Features;

/// <summary>Turns a written entry into features and refuses what the engine cannot compute.</summary>
internal static class CatalogueEntry
{
    /// <summary>The longest window that a company's state holds, in days.</summary>
    public const int LongestWindow = 365;

    // With no window, only what the lifetime aggregates keep.
    private static readonly Aggregate[] Lifetime =
    [
        Aggregate.Count, Aggregate.Sum, Aggregate.Mean, Aggregate.Max, Aggregate.LastAmount, Aggregate.DistinctTypes,
        Aggregate.DaysSinceLast, Aggregate.DaysSinceFirst
    ];

    public static IEnumerable<Feature> Expand(CatalogueFile.Entry entry, CatalogueFile file)
    {
        if (entry.Windows.Count == 0)
        {
            throw new CatalogueException(
                $"'{entry.Name}': windows is empty; allowed: days from 1 to {LongestWindow}, or 0 for the lifetime");
        }

        if (entry.Windows.Count > 1 && !entry.Name.Contains("{window}", StringComparison.Ordinal))
        {
            throw new CatalogueException($"'{entry.Name}': has {entry.Windows.Count} windows, so its name must hold {{window}}");
        }

        var events = Resolve(entry, file);
        foreach (var window in entry.Windows)
        {
            Check(entry, window);
            var suffix = window == 0 ? "life" : string.Create(CultureInfo.InvariantCulture, $"{window}d");
            var name = entry.Name.Replace("{window}", suffix, StringComparison.Ordinal);
            yield return new(name, entry.Group, events, entry.Aggregate, window, entry.LongWindow, entry.Transform, entry.Default);
        }
    }

    private static List<EventType> Resolve(CatalogueFile.Entry entry, CatalogueFile file)
    {
        var patterns = file.EventSets.TryGetValue(entry.Events, out var set) ? set : [entry.Events];
        try
        {
            return [.. patterns.SelectMany(EventTypes.Matching).Distinct().Order()];
        }
        catch (FormatException e)
        {
            throw new CatalogueException(
                $"'{entry.Name}': events: {e.Message}, or one of the event sets {string.Join(", ", file.EventSets.Keys)}", e);
        }
    }

    private static void Check(CatalogueFile.Entry entry, int window)
    {
        if (window is < 0 or > LongestWindow)
        {
            throw new CatalogueException($"'{entry.Name}': window {window}; allowed: 1 to {LongestWindow} days, or 0 for the lifetime");
        }

        if (window == 0 && !Lifetime.Contains(entry.Aggregate))
        {
            throw new CatalogueException(
                $"'{entry.Name}': {entry.Aggregate} has no lifetime version; allowed: {string.Join(", ", Lifetime)}");
        }

        var ratio = entry.Aggregate == Aggregate.Ratio;
        if (ratio ? entry.LongWindow <= window || entry.LongWindow > LongestWindow : entry.LongWindow != 0)
        {
            throw new CatalogueException(ratio
                ? $"'{entry.Name}': long_window {entry.LongWindow}; allowed: {window + 1} to {LongestWindow}"
                : $"'{entry.Name}': long_window is for ratio only");
        }

        if (!float.IsFinite(entry.Default))
        {
            throw new CatalogueException($"'{entry.Name}': default {entry.Default}; allowed: a finite number");
        }
    }
}
