using System.Diagnostics.Metrics;
using Jianwei.Alerts.Scores;
using Jianwei.Alerts.Shifts;
using Jianwei.Core.Telemetry;

namespace Jianwei.Alerts.Telemetry;

/// <summary>Instruments of the alerts stage.</summary>
public static class AlertsMetrics
{
    private static readonly Counter<long> Scores = Count("jianwei_alerts_scores_total", "Scores read, by outcome: applied, repeated.");
    private static readonly Counter<long> Stored = Count("jianwei_alerts_history_rows_total", "Scores kept in the history.");
    private static readonly Counter<long> Rebased =
        Count("jianwei_alerts_rebased_total", "Companies whose reference started again under another model.");
    private static readonly Counter<long> Shifts = Count("jianwei_alerts_shifts_total", "Shifts found, by rule, subscribed to or not.");
    private static readonly Counter<long> Raised = Count("jianwei_alerts_raised_total", "Alerts written, by rule.");
    private static readonly Counter<long> Resolved = Count("jianwei_alerts_resolved_total", "Alerts that ended.");
    private static readonly Counter<long> Conflicts =
        Count("jianwei_alerts_conflicts_total", "Batches done again because another writer was ahead.");
    private static readonly Counter<long> UnknownBands =
        Count("jianwei_alerts_unknown_band_total", "Subscriptions whose minimum band the model does not have; they matched.");
    private static readonly Counter<long> CacheReads =
        Count("jianwei_alerts_state_reads_total", "Shift states needed, by source: cache, database.");

    public static Histogram<double> BatchSeconds { get; } =
        Seconds("jianwei_alerts_batch_seconds", "Time from a batch read to its commit.");

    public static Histogram<double> ReasonsSeconds { get; } =
        Seconds("jianwei_alerts_reasons_seconds", "Time to explain the alerts of a batch.");

    /// <summary>Wall clock from Ingest's acceptance to the alerts stage's commit.</summary>
    public static Histogram<double> LatencySeconds { get; } =
        Seconds("jianwei_alerts_latency_seconds", "Time from an event accepted to its score committed.");

    public static void Read(int fromCache, int fromDatabase)
    {
        CacheReads.Add(fromCache, new KeyValuePair<string, object?>("source", "cache"));
        CacheReads.Add(fromDatabase, new KeyValuePair<string, object?>("source", "database"));
    }

    /// <summary>Counts a batch that is in the database, or that held nothing new.</summary>
    public static void Committed(ScoreBatch batch, WrittenBatch? written = null)
    {
        Scores.Add(batch.Counts.Applied, new KeyValuePair<string, object?>("outcome", "applied"));
        Scores.Add(batch.Counts.Repeated, new KeyValuePair<string, object?>("outcome", "repeated"));
        Rebased.Add(batch.Counts.Rebased);
        Stored.Add(batch.Stored.Count);
        Resolved.Add(written?.Resolved ?? 0);
        foreach (var shift in batch.Shifts)
        {
            Shifts.Add(1, new KeyValuePair<string, object?>("rule", shift.Shift.Rule.Name()));
        }

        foreach (var alert in written?.Alerts ?? [])
        {
            Raised.Add(1, new KeyValuePair<string, object?>("rule", alert.Shift.Rule.Name()));
        }
    }

    public static void Conflict() => Conflicts.Add(1);

    public static void UnknownBand() => UnknownBands.Add(1);

    private static Counter<long> Count(string name, string what) => JianweiMeter.Instance.CreateCounter<long>(name, description: what);

    private static Histogram<double> Seconds(string name, string what) => JianweiMeter.Instance.CreateHistogram<double>(name, "s", what);
}
