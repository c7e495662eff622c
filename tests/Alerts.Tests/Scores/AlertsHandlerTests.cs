using System.Text;
using Dapper;
using Jianwei.Core.Contracts;
using Microsoft.Extensions.Logging;
using Npgsql;
using NSubstitute;
using static Jianwei.Alerts.Tests.AlertsWorld;

namespace Jianwei.Alerts.Tests.Scores;

public sealed class AlertsHandlerTests : IAsyncLifetime
{
    private AlertsWorld world = null!;

    public async ValueTask InitializeAsync() => world = await AlertsWorld.StartAsync();

    public ValueTask DisposeAsync() => world.DisposeAsync();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rise_RaisesOneAlertWithEverythingInIt()
    {
        var subscription = await world.SubscribeAsync(["X:1"]);
        await world.Handler().HandleAsync(
            Batch(Score("X:1", 1, 0, 0.05), Score("X:1", 2, 1, 0.06), Score("X:1", 3, 2, 0.35, feature: 3)), Stop);

        await using var connection = await world.Source.OpenConnectionAsync(Stop);
        var alert = await connection.QuerySingleAsync("select * from alerts");
        Assert.Equal(subscription, (long)alert.subscription_id);
        Assert.Equal(
            ("X:1", "Company X:1", "band_entered", "firing", "m/1"),
            ((string)alert.company_id, (string)alert.company_name, (string)alert.rule, (string)alert.state, (string)alert.model));
        Assert.Equal(("low", "high", (short)2), ((string)alert.band_before, (string)alert.band_after, (short)alert.band_rank));
        Assert.Equal((0.05, 0.35), ((double)alert.probability_before, (double)alert.probability_after));
        Assert.Equal(2, (long)alert.event_count);
        Assert.Contains("court judgment no. 3, 判决", (string)alert.events, StringComparison.Ordinal);
        Assert.DoesNotContain("court judgment no. 1,", (string)alert.events, StringComparison.Ordinal);
        Assert.Contains(Catalogue.Features[0].Name, (string)alert.changes, StringComparison.Ordinal);
        Assert.Equal(1, await world.CountAsync("outbox"));
        Assert.Equal(1, await world.CountAsync("deliveries where state = 'pending'"));
        Assert.Equal(1, await world.CountAsync("companies"));
    }

    [Theory]
    [InlineData("high", 0.0, 1)]
    [InlineData("watch", 0.0, 2)]
    [InlineData(null, 2.0, 1)]
    [InlineData("no such band", 0.0, 2)]
    public async Task Subscription_TellsOnlyWhatItWants(string? band, double jump, int alerts)
    {
        // low → watch (+1.4), watch → high (+2.2)
        await world.SubscribeAsync(["X:1"], band, jump);
        await world.Handler().HandleAsync(Batch(Score("X:1", 1, 0, 0.03), Score("X:1", 2, 1, 0.11), Score("X:1", 3, 2, 0.55)), Stop);

        Assert.Equal(alerts, await world.CountAsync("alerts"));
    }

    [Fact]
    public async Task AnyBatchSplit_GivesTheSameRows()
    {
        var subscription = await world.SubscribeAsync([.. Enumerable.Range(0, 20).Select(i => $"X:{i}")]);
        var scores = Stream(20, 400);
        await world.Handler().HandleAsync(Batch(scores), Stop);
        var whole = await Rows(world);
        Assert.NotEmpty(whole);

        foreach (var size in new[] { 1, 7, 150 })
        {
            await using var other = await AlertsWorld.StartAsync();
            Assert.Equal(subscription, await other.SubscribeAsync([.. Enumerable.Range(0, 20).Select(i => $"X:{i}")]));
            var handler = other.Handler(size == 7 ? 10 : 1_000);
            foreach (var chunk in scores.Chunk(size))
            {
                await handler.HandleAsync(Batch(chunk), Stop);
            }

            Assert.Equal(whole, await Rows(other));
        }
    }

    [Fact]
    public async Task SameBatchAgain_ChangesNothing()
    {
        await world.SubscribeAsync([.. Enumerable.Range(0, 20).Select(i => $"X:{i}")]);
        var scores = Stream(20, 300);
        await world.Handler().HandleAsync(Batch(scores), Stop);
        var before = await Rows(world);

        await world.Handler().HandleAsync(Batch(scores), Stop);
        await world.Handler(0).HandleAsync(Batch(scores.Take(100).Concat(scores)), Stop);

        Assert.Equal(before, await Rows(world));
    }

    [Fact]
    public async Task TwoHandlersOnTheSameBatches_RaiseEachAlertOnce()
    {
        var companies = Enumerable.Range(0, 50).Select(i => $"X:{i}").ToArray();
        await world.SubscribeAsync(companies);
        var scores = Stream(50, 2_000);
        await using var alone = await AlertsWorld.StartAsync();
        await alone.SubscribeAsync(companies);
        await alone.Handler().HandleAsync(Batch(scores), Stop);

        // One reads in other batches than the other, so that they meet in the middle of each other's.
        await Task.WhenAll(Feed(world.Handler(), scores, 100), Feed(world.Handler(), scores, 130), Feed(world.Handler(0), scores, 70));

        Assert.Equal(await Rows(alone), await Rows(world));
        Assert.Equal(await world.CountAsync("alerts"), await world.CountAsync("outbox"));
    }

    // Whether a write that failed was committed is not known: what is in memory counts for nothing from then on.
    [Fact]
    public async Task FailedWrite_IsFollowedByAFreshLookAtTheStates()
    {
        var log = Substitute.For<ILogger<AlertsHandler>>();
        log.IsEnabled(Arg.Any<LogLevel>()).Returns(true);
        var handler = world.Handler(log: log);
        await handler.HandleAsync(Batch(Score("X:1", 1, 0, 0.05)), Stop);
        await using (var connection = await world.Source.OpenConnectionAsync(Stop))
        {
            await connection.ExecuteAsync("alter table shift_states rename to away");
            await Assert.ThrowsAsync<PostgresException>(() => handler.HandleAsync(Batch(Score("X:1", 2, 1, 0.05)), Stop));
            await connection.ExecuteAsync("alter table away rename to shift_states");
        }

        // As if it had been committed.
        await world.Handler().HandleAsync(Batch(Score("X:1", 2, 1, 0.05)), Stop);
        await handler.HandleAsync(Batch(Score("X:1", 2, 1, 0.05), Score("X:1", 3, 2, 0.35)), Stop);

        Assert.Empty(log.ReceivedCalls().Where(c => c.GetMethodInfo().Name == "Log").Select(c => $"{c.GetArguments()[2]}"));
        Assert.Equal(3, await world.CountAsync("scores"));
    }

    [Fact]
    public async Task Fall_ResolvesOpenAlerts()
    {
        await world.SubscribeAsync(["X:1"]);
        var handler = world.Handler();
        await handler.HandleAsync(Batch(Score("X:1", 1, 0, 0.05), Score("X:1", 2, 1, 0.12)), Stop);
        Assert.Equal(1, await world.CountAsync("alerts where state = 'firing'"));

        await handler.HandleAsync(Batch(Score("X:1", 3, 5, 0.03)), Stop);
        Assert.Equal(1, await world.CountAsync(
            "alerts where state = 'resolved' and resolution = 'recovered' and resolved_at = '2024-01-06Z'"));
    }

    [Fact]
    public async Task Outcome_IsOneAlertForEachSubscription_HoweverOftenItIsRead()
    {
        await world.SubscribeAsync(["X:1"]);
        await world.SubscribeAsync(["X:1"], "high", 5);
        world.AddModel("m/2");
        List<Score> scores =
        [
            Score("X:1", 1, 0, 0.05), Score("X:1", 2, 1, 0.12), Reporting(Score("X:1", 3, 2, 0.12), EventType.OutcomeDefault, day: 0),
            Score("X:1", 4, 3, 0.35), Score("X:1", 5, 40, 0.02, "m/2"), Score("X:1", 6, 90, 0.6, "m/2"),
        ];
        await Feed(world.Handler(), scores, 1);
        await Feed(world.Handler(), scores, 4);

        Assert.Equal(2, await world.CountAsync("alerts where rule = 'outcome' and state = 'firing'"));
        Assert.Equal(3, await world.CountAsync("outbox"));
        Assert.Equal(1, await world.CountAsync(
            "alerts where rule = 'band_entered' and state = 'resolved' and resolution = 'outcome' and resolved_at = '2024-01-03Z'"));
        Assert.Equal(6, await world.CountAsync("scores"));
        Assert.Equal(
            ["{\"newest\":\"outcome.default\",\"reasons\":\"default reported on 2024-01-03, of 2024-01-01\",\"note\":\"an outcome is a fact: the model was not asked\"}"],
            await world.RowsAsync(
                "select distinct events->0->>'type' newest, reasons->'items'->0->>'text' reasons, reasons->>'note' note from alerts where rule = 'outcome'"));

        await world.Handler().HandleAsync(
            Batch(Reporting(Score("X:1", 7, 100, 0.05, "m/2"), EventType.OutcomeCured), Score("X:1", 8, 150, 0.35, "m/2")), Stop);
        Assert.Equal(2, await world.CountAsync("alerts where rule = 'outcome' and resolution = 'cured'"));
        Assert.Equal(2, await world.CountAsync("alerts where rule = 'outcome' and resolution = 'falling'"));
        Assert.Equal(1, await world.CountAsync("alerts where rule = 'band_entered' and state = 'firing'"));
    }

    [Fact]
    public async Task PoisonScores_AreRefusedAndTheRestGoesOn()
    {
        var records = Batch(Score("X:1", 1, 0, 0.05), Score("X:2", 1, 0, 0.05));
        records.InsertRange(1, new[]
        {
            "", "{", "null", "[]", "{}", "\"\\ud800\"", """{"company_id":"X:3"}""",
            Text(Score("X:4", 0, 0, 0.05)), Text(Score("", 1, 0, 0.05)), Text(Score("a\0b", 1, 0, 0.05)),
            Text(Score("X:5", 1, 0, 0.05, "../etc")), Text(Score("X:6", 1, -50_000, 0.05)),
            Text(Score("X:7", 1, 0, 0.05) with { ProbabilityOfDefault = 1 }), Text(Score("X:8", 1, 0, 0.05) with { Features = [1] }),
        }.Select(t => Record(Encoding.UTF8.GetBytes(t))));
        await world.Handler().HandleAsync(records, Stop);

        Assert.Equal(
            ["{\"company_id\":\"X:1\"}", "{\"company_id\":\"X:2\"}"],
            await world.RowsAsync("select company_id from shift_states order by 1"));
    }

    [Fact]
    public async Task NulInTexts_IsNoReasonToStop()
    {
        await world.SubscribeAsync(["X:1"]);
        var score = Score("X:1", 1, 0, 0.5) with { CompanyName = "a\0b" };
        await world.Handler().HandleAsync(Batch(score with { Event = score.Event! with { Summary = "c\0d", SourceEventId = "\0" } }), Stop);

        Assert.Equal(1, await world.CountAsync("alerts where company_name = 'a b'"));
    }

    [Fact]
    public async Task UnknownModel_IsRetryableAndSaysWhereToPutIt()
    {
        var handler = world.Handler();
        var error = await Assert.ThrowsAnyAsync<IOException>(() => handler.HandleAsync(Batch(Score("X:1", 1, 0, 0.05, "new/7")), Stop));
        Assert.Contains("new/7", error.Message, StringComparison.Ordinal);
        Assert.Contains("Models:Directory", error.Message, StringComparison.Ordinal);

        world.AddModel("new/7");
        await handler.HandleAsync(Batch(Score("X:1", 1, 0, 0.05, "new/7")), Stop);
        Assert.Equal(1, await world.CountAsync("shift_states"));
    }

    [Fact]
    public async Task ManyMonths_GetTheirPartitions()
    {
        await world.Handler().HandleAsync(Batch(Enumerable.Range(1, 200).Select(i => Score("X:1", i, -12_000 + (i * 180), 0.05))), Stop);

        Assert.Equal(200, await world.CountAsync("scores"));
        Assert.Equal(200, await world.CountAsync("pg_inherits where inhparent = 'scores'::regclass"));
    }

    [Fact]
    public async Task MoreThanTwentyEvents_AreCountedAndTheNewestNamed()
    {
        await world.SubscribeAsync(["X:1"]);
        var handler = world.Handler();
        await handler.HandleAsync(Batch(Enumerable.Range(1, 30).Select(i => Score("X:1", i, i * 0.1, 0.05))), Stop);
        await handler.HandleAsync(Batch(Score("X:1", 31, 4, 0.35), Score("X:1", 32, 5, 0.35)), Stop);

        Assert.Equal(["{\"event_count\":30,\"named\":20,\"newest\":\"X:1-31\",\"oldest\":\"X:1-12\"}"], await world.RowsAsync(
            "select event_count, jsonb_array_length(events) named, events->0->>'source_event_id' newest, events->19->>'source_event_id' oldest from alerts"));
    }

    private static string Text(Score score) => Encoding.UTF8.GetString(Wire.Write(score));

    private static async Task Feed(AlertsHandler handler, List<Score> scores, int size)
    {
        foreach (var chunk in scores.Chunk(size))
        {
            await handler.HandleAsync(Batch(chunk), Stop);
        }
    }

    private static List<Score> Stream(int companies, int count)
    {
        var random = new Random(7);
        var versions = new long[companies];
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var c = random.Next(companies);
            var score = Score(
                $"X:{c}", ++versions[c], i * 0.7, random.Next(1, 70) / 100.0, tick: random.Next(3) == 0, feature: random.Next(5));
            return score.Event is null || random.Next(15) > 0
                ? score
                : Reporting(score, random.Next(2) == 0 ? EventType.OutcomeDefault : EventType.OutcomeCured);
        })];
    }

    private static async Task<string[]> Rows(AlertsWorld world) =>
    [
        .. await world.RowsAsync(
            "select alert_id, company_id, shift_id, rule, state, state_version, as_of, band_before, band_after, log_odds_before, log_odds_after, changes, reasons, events, event_count, resolved_at, resolution from alerts order by alert_id"),
        .. await world.RowsAsync("select * from scores order by company_id, state_version"),
        .. await world.RowsAsync("select company_id, state_version, band, model, state from shift_states order by company_id"),
        .. await world.RowsAsync("select * from recent_events order by company_id, slot"),
    ];
}
