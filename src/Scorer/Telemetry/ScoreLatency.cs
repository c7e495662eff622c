using System.Numerics;

namespace Jianwei.Scorer.Telemetry;

/// <summary>
/// How long events took from Ingest to an acknowledged score: counts in buckets no wider than 1/32 of their value, so that a
/// percentile is read within about 3 %. Recording is one interlocked addition, from any thread.
/// </summary>
public sealed class ScoreLatency
{
    // Layout, v in microseconds: v < 64 has a bucket each; above, each doubling has 32.
    private const int SubBits = 5;
    private const int SubCount = 1 << SubBits;
    private const long Most = 1L << 40; // 12 days

    private readonly long[] _counts = new long[Index(Most) + 1];

    /// <summary>Latencies recorded since the last <see cref="Reset"/>.</summary>
    public long Count => _counts.Sum();

    public void Record(TimeSpan latency) => Interlocked.Increment(ref _counts[Index(Math.Clamp((long)latency.TotalMicroseconds, 0, Most))]);

    /// <summary>The latency that this share of the recorded ones does not exceed, e.g. 0.99; zero where nothing is recorded.</summary>
    public TimeSpan Percentile(double share)
    {
        var wanted = Math.Max(1, (long)Math.Ceiling(Count * Math.Clamp(share, 0, 1)));
        long seen = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += Interlocked.Read(ref _counts[i]);
            if (seen >= wanted)
            {
                return TimeSpan.FromMicroseconds(Highest(i));
            }
        }

        return TimeSpan.Zero;
    }

    public void Reset() => Array.Clear(_counts);

    private static int Index(long microseconds)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)microseconds) - SubBits);
        return (shift * SubCount) + (int)(microseconds >> shift);
    }

    // The largest value with this index.
    private static long Highest(int index)
    {
        var shift = Math.Max(0, (index / SubCount) - 1);
        return ((long)(index - (shift * SubCount) + 1) << shift) - 1;
    }
}
