namespace Jianwei.Simulator.Truth;

/// <summary>
/// Alerts beside the truth. An alert is followed by a default that comes within <see cref="Horizon"/> after it; a default
/// is warned of where there is such an alert, and its lead time is from the first of them.
/// </summary>
/// <param name="Defaults">Defaults while the world sends events.</param>
/// <param name="Warned">Of those, warned of.</param>
/// <param name="MedianDays">Median lead time of those; null where there is none.</param>
/// <param name="Alerts">Alerts of a rise in risk.</param>
/// <param name="Followed">Of those, followed by a default.</param>
public sealed record LeadTimes(int Defaults, int Warned, double? MedianDays, int Alerts, int Followed)
{
    /// <summary>How far ahead a warning counts: what the model was asked.</summary>
    public static readonly TimeSpan Horizon = TimeSpan.FromDays(365);

    /// <summary>Whether an alert is of a rise in risk: no good news, and no report of what has happened already.</summary>
    public static bool Warns(string rule, string? resolution) => rule != "outcome" && resolution != "falling";

    /// <param name="alerts">Company id and as-of of each alert of a rise in risk.</param>
    /// <param name="truth">All defaults.</param>
    public static LeadTimes Of(IEnumerable<(string Company, DateTimeOffset AsOf)> alerts, IReadOnlyDictionary<string, KnownDefault> truth)
    {
        var (count, followed, first) = (0, 0, new Dictionary<string, DateTimeOffset>());
        foreach (var (company, at) in alerts)
        {
            count++;
            if (truth.TryGetValue(company, out var end) && at < end.At && end.At - at <= Horizon)
            {
                followed++;
                first[company] = first.TryGetValue(company, out var known) && known < at ? known : at;
            }
        }

        var days = first.Where(f => truth[f.Key].InEvents).Select(f => (truth[f.Key].At - f.Value).TotalDays).Order().ToList();
        double? median = days.Count == 0 ? null : Math.Round((days[(days.Count - 1) / 2] + days[days.Count / 2]) / 2, 1);
        return new(truth.Values.Count(d => d.InEvents), days.Count, median, count, followed);
    }
}
