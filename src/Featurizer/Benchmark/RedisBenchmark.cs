using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;

namespace Jianwei.Featurizer.Benchmark;

/// <summary>
/// Runs <c>redis-benchmark</c> with the commands of the Featurizer: an MGET of as many states (the Featurizer cuts it into
/// several, which it sends together), and the write script with as many values of the same size. No pipelining, as the
/// Featurizer has one batch in flight a partition.
/// </summary>
public sealed class RedisBenchmark(string host, int port, string prefix)
{
    /// <summary>States a second that Redis reads and writes for redis-benchmark, or null where the program is missing.</summary>
    /// <param name="database">For the script and its checkpoint.</param>
    /// <param name="clients">Connections.</param>
    /// <param name="states">States in a command.</param>
    /// <param name="valueSize">Bytes of a state.</param>
    /// <param name="keyspace">Number of different states.</param>
    /// <param name="commands">Commands to run of each kind.</param>
    /// <param name="read">Whether states are read before they are written.</param>
    public double? Run(IDatabase database, int clients, int states, int valueSize, int keyspace, int commands, bool read)
    {
        var keys = Enumerable.Repeat($"{prefix}:{{0}}:s:X-BENCH:__rand_int__", states).ToList();
        var reads = read ? Time(clients, keyspace, commands, ["MGET", .. keys]) : 0;
        var sha = (string)database.Execute("SCRIPT", "LOAD", Store.StateStore.WriteScript)!;
        database.StringSet($"{prefix}:{{0}}:c", "7");
        var value = new string('x', valueSize);
        var writes = Time(clients, keyspace, commands,
            ["EVALSHA", sha, (states + 2).ToString(CultureInfo.InvariantCulture), $"{prefix}:{{0}}:c", $"{prefix}:{{0}}:w", .. keys,
                "7", "7", "bench=1700000000", .. Enumerable.Repeat(value, states)]);
        return reads is { } r && writes is { } w ? states / (r + w) : null;
    }

    /// <summary>Seconds a command, or null.</summary>
    private double? Time(int clients, int keyspace, int commands, IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo("redis-benchmark") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])
            ["-h", host, "-p", Text(port), "-c", Text(clients), "-n", Text(commands), "-r", Text(keyspace), "--csv", .. command])
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            using var process = Process.Start(start)!;
            _ = process.StandardError.ReadToEndAsync();
            var lines = process.StandardOutput.ReadToEnd().Trim().Split('\n');
            process.WaitForExit();

            // The command's own text may hold commas and quotes; the figures are the last seven fields.
            var perSecond = lines[^1].Split(',') is { Length: >= 8 } fields ? fields[^7].Trim('"') : "";
            return double.TryParse(perSecond, CultureInfo.InvariantCulture, out var rate) ? 1 / rate : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
