using System.Text.Json;
using Jianwei.Core.Features;
using Jianwei.Servers;

namespace Jianwei.Featurizer.Windows;

/// <summary>The catalogues that tests read features by.</summary>
internal static class Catalogues
{
    private static readonly string[] Everywhere =
        ["count", "sum", "mean", "max", "last_amount", "distinct_types", "days_since_last", "days_since_first"];

    private static readonly string[] WindowedOnly = ["active_days", "gap_mean", "gap_std", "gap_max"];

    /// <summary>The project's own.</summary>
    public static FeatureCatalogue Real { get; } =
        FeatureCatalogue.Load(Path.Combine(Repository.Root, "schemas", "features", "catalogue.json"));

    /// <summary>Every aggregate over every window for three event sets, each with a default that no aggregate gives.</summary>
    public static FeatureCatalogue Every { get; } = Over(7, 30, 90, 180, 365);

    /// <summary>The same over more windows than a vector has lanes.</summary>
    public static FeatureCatalogue Many { get; } = Over(1, 2, 7, 14, 30, 60, 90, 120, 180, 364, 365);

    private static FeatureCatalogue Over(params int[] windows) => FeatureCatalogue.Parse(JsonSerializer.SerializeToUtf8Bytes(new
    {
        schema_version = 1,
        event_sets = new Dictionary<string, string[]> { ["mixed"] = ["change.*", "filing.court_judgment", "outcome.closure"] },
        features = new[] { "*", "mixed", "posting.opened" }.SelectMany(e => Entries(e, windows)),
    }));

    private static IEnumerable<object> Entries(string events, int[] windows)
    {
        foreach (var aggregate in Everywhere)
            yield return Entry(events, aggregate, [.. windows, 0]);
        foreach (var aggregate in WindowedOnly)
            yield return Entry(events, aggregate, windows);
        foreach (var (window, longer) in windows.SelectMany(w => windows.Where(l => l > w).Select(l => (w, l))))
            yield return Entry(events, "ratio", [window], longer);
    }

    private static object Entry(string events, string aggregate, int[] windows, int longer = 0) => new
    {
        name = $"{events} {aggregate} {longer} {{window}}",
        group = "test",
        events,
        aggregate,
        windows,
        long_window = longer,
        transform = aggregate is "sum" or "max" ? "log1p" : "none",
        @default = -7.5,
    };
}
