using Jianwei.Scorer.Benchmark;

namespace Jianwei.App.Bench;

/// <summary>What is to be measured.</summary>
/// <param name="Settings">Of the command line.</param>
/// <param name="Parts">featurizer, scorer, path.</param>
/// <param name="RateTime">Length of the path's fixed-rate phase.</param>
/// <param name="Rate">Events a second of that phase.</param>
internal sealed record BenchPlan(IReadOnlyDictionary<string, string?> Settings, IReadOnlyList<string> Parts, TimeSpan RateTime, int Rate);

/// <summary>What was measured; ratios first. Null: not measured, and <see cref="Notes"/> says why.</summary>
internal sealed record BenchReport
{
    /// <summary>
    /// Featurizer events a second over the states a second that redis-benchmark reads and writes with the same commands and value sizes.
    /// </summary>
    public double? FeaturizerVsRedis { get; set; }

    /// <summary>
    /// Rows a second of the whole Scorer with all its lanes, request bytes in to score bytes out, over those of one bare loop on
    /// the same session and batch; wall time. Of the fused model, unless another is set.
    /// </summary>
    public double? ScorerVsOnnx { get; set; }

    /// <summary>The same with one thread on both sides; processor time.</summary>
    public double? ScorerVsOnnxOneThread { get; set; }

    /// <summary>One thread on both sides, from parsed vectors to calibrated risks: matrix, run and calibration only.</summary>
    public double? ScorerRunVsOnnx { get; set; }

    /// <summary>As <see cref="ScorerVsOnnx"/>, of the small tabular model.</summary>
    public double? ScorerTabularVsOnnx { get; set; }

    /// <summary>As <see cref="ScorerVsOnnxOneThread"/>, of the small tabular model.</summary>
    public double? ScorerTabularVsOnnxOneThread { get; set; }

    /// <summary>As <see cref="ScorerRunVsOnnx"/>, of the small tabular model.</summary>
    public double? ScorerTabularRunVsOnnx { get; set; }

    /// <summary>Raw event to stored score and shift state, sustained.</summary>
    public double? PathEventsPerS { get; set; }

    public double? EventToScoreP50Ms { get; set; }

    public double? EventToScoreP99Ms { get; set; }

    /// <summary>At what rate the latencies were measured.</summary>
    public double? LatencyRatePerS { get; set; }

    /// <summary>Packed bytes of a company with 50 events.</summary>
    public double? StateBytesPerCompany { get; set; }

    /// <summary>What Redis itself uses for that key and value (MEMORY USAGE).</summary>
    public double? RedisBytesPerCompany { get; set; }

    public double? FeaturizerEventsPerS { get; set; }

    public double? FeaturizerCachedEventsPerS { get; set; }

    public double? RedisBenchmarkPerS { get; set; }

    public double? ScorerRowsPerS { get; set; }

    public double? ScorerOneThreadRowsPerS { get; set; }

    public double? OnnxRowsPerS { get; set; }

    public double? ScorerTabularRowsPerS { get; set; }

    public double? ScorerTabularOneThreadRowsPerS { get; set; }

    public double? OnnxTabularRowsPerS { get; set; }

    public List<string> Notes { get; } = [];

    /// <summary>What each was measured on.</summary>
    public Dictionary<string, string> MeasuredOn { get; } = [];

    public void Fused(ScorerBenchmarkResult result)
    {
        var largest = result.Batches[^1];
        (ScorerVsOnnx, ScorerVsOnnxOneThread, ScorerRunVsOnnx) =
            (result.ScorerVsOnnx, result.ScorerVsOnnxOneThread, result.ScorerRunVsOnnx);
        (ScorerRowsPerS, ScorerOneThreadRowsPerS, OnnxRowsPerS) =
            (largest.Handler.RowsPerSecond, largest.Bytes.RowsPerSecond, largest.Bare.RowsPerSecond);
        MeasuredOn["scorer"] = ScorerMeasuredOn(result);
    }

    public void Tabular(ScorerBenchmarkResult result)
    {
        var largest = result.Batches[^1];
        (ScorerTabularVsOnnx, ScorerTabularVsOnnxOneThread, ScorerTabularRunVsOnnx) =
            (result.ScorerVsOnnx, result.ScorerVsOnnxOneThread, result.ScorerRunVsOnnx);
        (ScorerTabularRowsPerS, ScorerTabularOneThreadRowsPerS, OnnxTabularRowsPerS) =
            (largest.Handler.RowsPerSecond, largest.Bytes.RowsPerSecond, largest.Bare.RowsPerSecond);
        MeasuredOn["scorer_tabular"] = ScorerMeasuredOn(result);
    }

    private static string ScorerMeasuredOn(ScorerBenchmarkResult result)
    {
        var (batch, lanes) = (result.Batches[^1].BatchSize, result.Lanes);
        return string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"{result.Model} on {result.Device}, {result.RequestBytes:N0} bytes a request, no Kafka on either side; bare loop: one thread, batch {batch:N0}; ")
            + string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"scorer_vs_onnx: the whole stage on {lanes} threads (lanes, about {batch:N0} rows each) over that one thread, wall time, so of the machine and not of a core; ")
            + "scorer_vs_onnx_one_thread, scorer_run_vs_onnx: one thread over one thread, processor time";
    }
}
