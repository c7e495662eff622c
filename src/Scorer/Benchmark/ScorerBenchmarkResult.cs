namespace Jianwei.Scorer.Benchmark;

/// <summary>The Scorer beside a bare loop over the same ONNX session, measured in one run.</summary>
/// <param name="Model"><c>name/version</c> of the package.</param>
/// <param name="Device">What the session ran on.</param>
/// <param name="Lanes">Threads of the stage; the bare loop has one.</param>
/// <param name="FeatureCount">Values of a row.</param>
/// <param name="RequestBytes">Mean size of a request message.</param>
/// <param name="ScoreBytes">Mean size of a score message.</param>
/// <param name="Batches">One measurement a batch size.</param>
public sealed record ScorerBenchmarkResult(
    string Model, string Device, int Lanes, int FeatureCount, double RequestBytes, double ScoreBytes,
    IReadOnlyList<ScorerBenchmarkBatch> Batches)
{
    /// <summary>
    /// The headline: rows a second of the stage as it serves, request bytes in, score bytes out, with all its lanes, over those of
    /// one bare loop at the largest batch. Wall time: what a machine gets done, not what a core does.
    /// </summary>
    public double ScorerVsOnnx => Batches[^1].Handler.Ratio;

    /// <summary>
    /// A core's part: request bytes in, score bytes out, in rows a second of processor time. One thread on both sides, so that
    /// wall time says the same on an idle machine; the collector counts against the Scorer.
    /// </summary>
    public double ScorerVsOnnxOneThread => Batches[^1].Bytes.CpuRatio;

    /// <summary>The same from parsed vectors to calibrated risks: matrix, run, calibration and band, without any JSON.</summary>
    public double ScorerRunVsOnnx => Batches[^1].Vectors.CpuRatio;
}

/// <summary>One batch size, measured in interleaved rounds; one thread, but for the stage.</summary>
/// <param name="BatchSize">Rows of a run.</param>
/// <param name="Rounds">Interleaved rounds.</param>
/// <param name="Bare">RunWithBinding again and again over one filled matrix; nothing is built, nothing is read.</param>
/// <param name="Vectors">From float[] a row: into the matrix, run, calibration, band.</param>
/// <param name="Bytes">
/// From request messages to score messages: UTF-8 and JSON checked, base64 decoded, duplicates looked for, run,
/// calibration, band, JSON written.
/// </param>
/// <param name="Handler">
/// The stage's handler as it serves: every lane with about as many rows as a run of the others, metrics, from Kafka records into memory.
/// </param>
public sealed record ScorerBenchmarkBatch(
    int BatchSize, int Rounds,
    ScorerBenchmarkSide Bare, ScorerBenchmarkSide Vectors, ScorerBenchmarkSide Bytes, ScorerBenchmarkSide Handler);

/// <summary>One contender; medians over the rounds.</summary>
/// <param name="RowsPerSecond">Wall time.</param>
/// <param name="Ratio">Of the bare loop in the same round, wall time.</param>
/// <param name="CpuRatio">Of the bare loop in the same round, rows a second of processor time: steadier where other programs run.</param>
public sealed record ScorerBenchmarkSide(double RowsPerSecond, double Ratio, double CpuRatio);
