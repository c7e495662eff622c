using System.Diagnostics;
using Jianwei.Core.Contracts;
using Jianwei.Servers;

namespace Jianwei.Alerts.Tests.Scores;

/// <summary>Not a check but a measurement: run it by name (`--filter-method *Throughput*` with `--explicit on`).</summary>
public sealed class ThroughputTests(ITestOutputHelper output)
{
    [Theory(Explicit = true)]
    [InlineData(0, 20_000, "high")]
    [InlineData(100_000, 20_000, "high")]
    [InlineData(100_000, 2_000, "high")]
    [InlineData(100_000, 20_000, "low")]
    public async Task Throughput_IsReported(int cache, int companies, string minimumBand)
    {
        await using var server = await PostgresServer.StartAsync("-c", "shared_preload_libraries=pg_stat_statements");
        await using var world = await AlertsWorld.StartAsync(server);
        await using (var create = world.Source.CreateCommand("create extension pg_stat_statements"))
        {
            await create.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await world.SubscribeAsync([.. Enumerable.Range(0, companies).Select(i => $"CN-USCC:{i:000000}")], minimumBand);
        var handler = world.Handler(cache);
        var random = new Random(1);
        var versions = new long[companies];
        var levels = new double[companies];
        var batches = Enumerable.Range(0, 60).Select(b => AlertsWorld.Batch(Enumerable.Range(0, 2_000).Select(i =>
        {
            var c = random.Next(companies);
            levels[c] = Math.Clamp((levels[c] * 0.98) + ((random.NextDouble() - 0.5) * 0.4), -3, 3);
            return Score(c, ++versions[c], b, levels[c] + (minimumBand == "low" ? 1.2 : 0));
        }))).ToList();
        foreach (var batch in batches.Take(10))
        {
            await handler.HandleAsync(batch, TestContext.Current.CancellationToken);
        }

        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        foreach (var batch in batches.Skip(10))
        {
            await handler.HandleAsync(batch, TestContext.Current.CancellationToken);
        }

        var spent = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        Say($"cache {cache}, {companies} companies, subscribed from {minimumBand}: {100_000 / clock.Elapsed.TotalSeconds:0} scores/s, own CPU {spent.TotalSeconds / clock.Elapsed.TotalSeconds:0.00} cores, "
            + $"history {await world.CountAsync("scores")}, alerts {await world.CountAsync("alerts")}");
        foreach (var row in await world.RowsAsync(
            "select calls, round(total_exec_time) ms, round(wal_bytes / 1e6) wal_mb, left(regexp_replace(query, '\\s+', ' ', 'g'), 50) query from pg_stat_statements order by total_exec_time desc limit 8"))
        {
            Say(row);
        }
    }

    private void Say(string line)
    {
        output.WriteLine(line);
        Console.Error.WriteLine(line);
    }

    private static Score Score(int company, long version, double day, double level) =>
        AlertsWorld.Score($"CN-USCC:{company:000000}", version, day, 1 / (1 + Math.Exp(3 - level)));
}
