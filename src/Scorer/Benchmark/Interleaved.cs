using System.Diagnostics;

namespace Jianwei.Scorer.Benchmark;

/// <summary>One contender.</summary>
/// <param name="Rows">Rows of a batch.</param>
/// <param name="Score">Scores the batch that starts at an index of the requests.</param>
internal sealed record Side(int Rows, Action<int> Score);

/// <summary>How fast a contender was in one slice.</summary>
/// <param name="Wall">Rows a second.</param>
/// <param name="Cpu">
/// Rows a second of processor time of the whole process, collector and compiler included: hardly moved by other programs.
/// </param>
internal readonly record struct Speed(double Wall, double Cpu);

/// <summary>Times contenders in turns, so that what else the machine does hits all of them alike.</summary>
internal static class Interleaved
{
    private const int FewestRounds = 9;
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(40);

    // Long enough for the second compilation of everything hot.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    /// <summary>Speeds: [round][side].</summary>
    public static List<Speed[]> Measure(Side[] sides, int requests, TimeSpan budget)
    {
        var rounds = new List<Speed[]>();
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < WarmUp;)
        {
            Array.ForEach(sides, side => Time(side, requests));
        }

        for (var started = Stopwatch.GetTimestamp(); rounds.Count < FewestRounds || Stopwatch.GetElapsedTime(started) < budget;)
        {
            rounds.Add(Array.ConvertAll(sides, side => Time(side, requests)));
        }

        return rounds;
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static Speed Time(Side side, int requests)
    {
        long done = 0;
        var first = 0;
        var cpu = Environment.CpuUsage.TotalTime;
        var started = Stopwatch.GetTimestamp();
        do
        {
            side.Score(first);
            done += side.Rows;
            first = first + (2 * side.Rows) <= requests ? first + side.Rows : 0;
        }
        while (Stopwatch.GetElapsedTime(started) < Slice);
        return new Speed(done / Stopwatch.GetElapsedTime(started).TotalSeconds, done / (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
    }
}
