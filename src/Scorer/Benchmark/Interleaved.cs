using System.Diagnostics;

namespace Jianwei.Scorer.Benchmark;

/// <summary>One contender: scores the batch that starts at an index of the requests.</summary>
internal delegate void Side(int first);

/// <summary>How fast a contender was in one slice.</summary>
/// <param name="Wall">Rows a second.</param>
/// <param name="Cpu">Rows a second of processor time of the whole process, collector and compiler included: hardly moved by other programs.</param>
internal readonly record struct Speed(double Wall, double Cpu);

/// <summary>Times contenders in turns, so that what else the machine does hits all of them alike.</summary>
internal static class Interleaved
{
    private const int FewestRounds = 9;
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(40);

    // Long enough for the second compilation of everything hot.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    /// <summary>Speeds: [round][side].</summary>
    public static List<Speed[]> Measure(Side[] sides, int rows, int batch, TimeSpan budget)
    {
        var rounds = new List<Speed[]>();
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < WarmUp;)
        {
            Array.ForEach(sides, side => Time(side, rows, batch));
        }

        for (var started = Stopwatch.GetTimestamp(); rounds.Count < FewestRounds || Stopwatch.GetElapsedTime(started) < budget;)
        {
            rounds.Add(Array.ConvertAll(sides, side => Time(side, rows, batch)));
        }

        return rounds;
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static Speed Time(Side side, int rows, int batch)
    {
        long done = 0;
        var first = 0;
        var cpu = Environment.CpuUsage.TotalTime;
        var started = Stopwatch.GetTimestamp();
        do
        {
            side(first);
            done += batch;
            first = first + (2 * batch) <= rows ? first + batch : 0;
        }
        while (Stopwatch.GetElapsedTime(started) < Slice);
        return new Speed(done / Stopwatch.GetElapsedTime(started).TotalSeconds, done / (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
    }
}
