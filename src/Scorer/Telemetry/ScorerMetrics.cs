using System.Diagnostics.Metrics;
using Jianwei.Core.Telemetry;

namespace Jianwei.Scorer.Telemetry;

/// <summary>The Scorer's instruments. Dead letters are counted where they are made, in Core.</summary>
internal static class ScorerMetrics
{
    private static readonly Meter Meter = JianweiMeter.Instance;

    public static readonly Counter<long> Rows = Meter.CreateCounter<long>(
        "jianwei_scorer_rows_total", description: "Requests scored and acknowledged.");

    public static readonly Counter<long> Coalesced = Meter.CreateCounter<long>(
        "jianwei_scorer_coalesced_total", description: "Requests that another request of their batch stood for.");

    public static readonly Counter<long> Texts = Meter.CreateCounter<long>(
        "jianwei_scorer_texts_total",
        description: "Texts whose vector was not in memory, by where it came from: request, vector, text, or missing.");

    public static readonly Histogram<int> BatchRows = Meter.CreateHistogram(
        "jianwei_scorer_batch_rows", description: "Rows of a batch that were scored.",
        advice: Buckets<int>(1, 4, 16, 64, 256, 1_024, 4_096));

    public static readonly Histogram<double> BatchSeconds = Meter.CreateHistogram(
        "jianwei_scorer_batch_seconds", "s", "From a batch's first byte to its last acknowledgement.",
        advice: Buckets<double>(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5));

    public static readonly Histogram<double> EventToScoreSeconds = Meter.CreateHistogram(
        "jianwei_scorer_event_to_score_seconds", "s", "From an event's acceptance at Ingest to its score's acknowledgement.",
        advice: Buckets<double>(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60));

    public static readonly Counter<long> Swaps = Meter.CreateCounter<long>(
        "jianwei_scorer_swaps_total", description: "New model versions that ended their shadow, by result: swapped, refused.");

    public static readonly Histogram<double> ShadowMeanDifference = Meter.CreateHistogram(
        "jianwei_scorer_shadow_mean_difference_logodds",
        description: "Mean absolute difference of log-odds, new against old model, once a shadow.",
        advice: Buckets<double>(0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5));

    public static readonly Histogram<double> ShadowMaxDifference = Meter.CreateHistogram(
        "jianwei_scorer_shadow_max_difference_logodds",
        description: "Largest absolute difference of log-odds, new against old model, once a shadow.",
        advice: Buckets<double>(0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5));

    private static InstrumentAdvice<T> Buckets<T>(params T[] bounds) where T : struct => new() { HistogramBucketBoundaries = bounds };
}
