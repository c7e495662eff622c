using System.Text.Json.Nodes;
using Jianwei.Acceptance.Harness;
using Jianwei.Servers;
using StackExchange.Redis;

namespace Jianwei.Acceptance;

/// <summary>A file replayed a second time is known already.</summary>
public sealed class ReplayTwiceTests
{
    [Fact]
    public async Task Replay_Again_ChangesNoStateNoHistoryAndRaisesNothing()
    {
        await using var installation = await Installation.CreateAsync();
        await using var program = installation.Run();
        await installation.SubscribeAsync(program, Sample.Companies);
        await installation.DoAsync("replay", Sample.Source, "--drain", "--json");
        var states = await StatesAsync(installation);
        var outcome = await Outcome.OfAsync(installation);
        var before = await MetricsAsync(program);

        await installation.DoAsync("replay", Sample.Source, "--drain", "--json");

        Assert.NotEmpty(states);
        Assert.Equal(states, await StatesAsync(installation));
        await installation.VerifyAsync();
        var again = await Outcome.OfAsync(installation);
        Outcome.AssertSame(outcome, again with { Refused = outcome.Refused });
        Assert.Equal(2 * outcome.Refused.Count, again.Refused.Count);
        var after = await MetricsAsync(program);
        var events = Sample.Messages - outcome.Refused.Count;
        static double Known(Dictionary<string, double> m) => m
            .Where(p => p.Key.StartsWith("jianwei_featurizer_events_total", StringComparison.Ordinal)
                && (p.Key.Contains("\"duplicate\"", StringComparison.Ordinal) || p.Key.Contains("\"expired\"", StringComparison.Ordinal)))
            .Sum(p => p.Value);
        Assert.Equal(events, Known(after) - Known(before));
        Assert.Equal(
            Sample.Messages,
            after.Where(p => p.Key.StartsWith("jianwei_ingest_messages_total", StringComparison.Ordinal)).Sum(p => p.Value) / 2);
    }

    // States and texts, byte by byte; checkpoints move on, of course.
    private static async Task<Dictionary<string, string>> StatesAsync(Installation installation)
    {
        using var redis = await ConnectionMultiplexer.ConnectAsync((await RedisServer.SharedAsync()).Configuration);
        var server = redis.GetServer(redis.GetEndPoints()[0]);
        var keys = ((string[])["s", "t"])
            .SelectMany(kind => server.Keys(pattern: $"{installation.Prefix.TrimEnd('.')}:{{*}}:{kind}:*")).ToArray();
        var values = await redis.GetDatabase().StringGetAsync(keys);
        return keys.Zip(values).ToDictionary(p => p.First.ToString(), p => Convert.ToHexString((byte[])p.Second!));
    }

    private static async Task<Dictionary<string, double>> MetricsAsync(JianweiProcess program) =>
        Metrics.Parse((await program.GetAsync("/metrics")).Text);
}
