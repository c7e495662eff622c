using System.Diagnostics;
using System.Text.Json;
using Confluent.Kafka;
using Jianwei.Alerts.Delivery;
using Jianwei.Core.Contracts;
using Jianwei.Core.Kafka;
using Jianwei.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using static Jianwei.Alerts.Tests.AlertsWorld;

namespace Jianwei.Alerts.Tests.Delivery;

/// <summary>Alerts on their way to receivers, over the bus inside the process and over RabbitMQ.</summary>
public sealed class DeliveryTests(ITestOutputHelper output) : IAsyncLifetime
{
    private AlertsWorld world = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => world = await AlertsWorld.StartAsync();

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task Webhook_GetsOneSignedAlert()
    {
        await using var sink = await WebhookSink.StartAsync();
        await world.SubscribeAsync(["X:1"], channel: "webhook", url: sink.Url, secret: "s3cret");
        await using var process = await AlertsProcess.StartAsync(world);

        await RaiseAsync();
        await DeliveredAsync(1);

        var request = Assert.Single(sink.Requests);
        Assert.Equal(WebhookSignature.Of("s3cret", request.Timestamp!, request.Body), request.Signature);
        using var json = JsonDocument.Parse(request.Body);
        var alert = json.RootElement;
        Assert.Equal("X:1", alert.GetProperty("company").GetProperty("id").GetString());
        Assert.Equal("test, within 365 days", alert.GetProperty("predicts").GetString());
        Assert.Equal("low", alert.GetProperty("before").GetProperty("band").GetString());
        Assert.Equal("high", alert.GetProperty("after").GetProperty("band").GetString());
        Assert.Equal(1, alert.GetProperty("event_count").GetInt32());
        Assert.Equal("filing.court_judgment", alert.GetProperty("events")[0].GetProperty("type").GetString());
        Assert.Equal(["{\"delivery_id\":\"" + request.Key + "\",\"attempt\":1,\"outcome\":\"delivered\",\"status\":200}"],
            await world.RowsAsync("select delivery_id, attempt, outcome, status from delivery_attempts"));
    }

    [Fact]
    public async Task CommittedAlert_IsDeliveredAtOnceWhenIdle()
    {
        await using var sink = await WebhookSink.StartAsync();
        await world.SubscribeAsync([.. Enumerable.Range(1, 20).Select(i => $"X:{i}")], channel: "webhook", url: sink.Url);
        await using var process = await AlertsProcess.StartAsync(world, ("Alerts:Delivery:PollInterval", "00:01:00"));
        var handler = world.Handler();
        var waits = new List<double>();
        await Task.Delay(1_000, Stop);
        for (var i = 1; i <= 20; i++)
        {
            await handler.HandleAsync(Batch(Score($"X:{i}", 1, 0, 0.05), Score($"X:{i}", 2, 1, 0.35)), Stop);
            var committed = Stopwatch.GetTimestamp();
            await UntilAsync(() => Task.FromResult(sink.Requests.Count == i));
            waits.Add(Stopwatch.GetElapsedTime(committed, sink.Requests.Last().At).TotalMilliseconds);
        }

        waits.Sort();
        output.WriteLine($"committed to received, ms: median {waits[10]:0.0}, largest {waits[^1]:0.0}");
        Console.Error.WriteLine($"committed to received, ms: median {waits[10]:0.0}, largest {waits[^1]:0.0}");

        // The poll is a minute away: what is below it came by the signal.
        Assert.True(waits[^1] < 20_000);
    }

    [Fact]
    public async Task FailingThenRecoveringWebhook_GetsTheAlertInTheEnd()
    {
        await using var sink = await WebhookSink.StartAsync((n, _) => Task.FromResult(n switch { 1 => 503, 2 => 429, 3 => 408, _ => 204 }));
        await world.SubscribeAsync(["X:1"], channel: "webhook", url: sink.Url);
        await using var process = await AlertsProcess.StartAsync(world, ("Alerts:Delivery:PollInterval", "00:00:00.050"));

        await RaiseAsync();
        await DeliveredAsync(1);

        Assert.Equal(4, sink.Requests.Count);
        Assert.Single(sink.Requests.Select(r => r.Key).Distinct());
        Assert.Equal(
            ["{\"attempt\":1,\"outcome\":\"retry\",\"status\":503}", "{\"attempt\":2,\"outcome\":\"retry\",\"status\":429}",
                "{\"attempt\":3,\"outcome\":\"retry\",\"status\":408}", "{\"attempt\":4,\"outcome\":\"delivered\",\"status\":204}"],
            await world.RowsAsync("select attempt, outcome, status from delivery_attempts order by attempt"));
        Assert.Equal(0, await world.CountAsync("outbox"));
    }

    // The bus may bring a message twice, the second time when its attempt is long recorded.
    [Fact]
    public async Task MessageOfAnEarlierAttempt_IsDropped()
    {
        await using var sink = await WebhookSink.StartAsync((_, _) => Task.FromResult(503));
        await world.SubscribeAsync(["X:1"], channel: "webhook", url: sink.Url);
        await using var process = await AlertsProcess.StartAsync(world, ("Alerts:Delivery:FirstPause", "00:10:00"));
        await RaiseAsync();
        await UntilAsync(async () => await world.CountAsync("deliveries where attempts = 1") == 1);
        var delivery = Guid.Parse(Assert.Single(sink.Requests).Key!);

        await process.Services.GetRequiredService<Deliverer>().DeliverAsync(new AlertRaised { DeliveryId = delivery, Attempts = 0 }, Stop);

        Assert.Single(sink.Requests);
        Assert.Equal(1, await world.CountAsync("delivery_attempts"));
    }

    [Fact]
    public async Task RefusingWebhook_IsRecordedAsFailedAfterOneAttempt()
    {
        await using var sink = await WebhookSink.StartAsync((_, _) => Task.FromResult(410));
        await world.SubscribeAsync(["X:1"], channel: "webhook", url: sink.Url);
        await using var process = await AlertsProcess.StartAsync(world);

        await RaiseAsync();
        await UntilAsync(async () => await world.CountAsync("deliveries where state = 'failed'") == 1);

        Assert.Single(sink.Requests);
        Assert.Equal(0, await world.CountAsync("outbox"));
        Assert.Equal(1, await world.CountAsync("deliveries where error = 'the receiver answered 410'"));
    }

    [Fact]
    public async Task UnreachableWebhook_IsGivenUpAfterTheLimit()
    {
        await world.SubscribeAsync(["X:1"], channel: "webhook", url: "http://127.0.0.1:9/");
        await using var process = await AlertsProcess.StartAsync(
            world, ("Alerts:Delivery:AttemptsLimit", "3"), ("Alerts:Delivery:PollInterval", "00:00:00.050"));

        await RaiseAsync();
        await UntilAsync(async () => await world.CountAsync("deliveries where state = 'failed' and attempts = 3") == 1);
        Assert.Equal(3, await world.CountAsync("delivery_attempts where error is not null"));
    }

    [Fact]
    public async Task SlowWebhook_IsTriedAgain()
    {
        await using var sink = await WebhookSink.StartAsync(async (n, context) =>
        {
            if (n == 1)
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            }

            return 200;
        });
        await world.SubscribeAsync(["X:1"], channel: "webhook", url: sink.Url);
        await using var process = await AlertsProcess.StartAsync(
            world, ("Alerts:Delivery:WebhookTimeout", "00:00:00.300"), ("Alerts:Delivery:PollInterval", "00:00:00.050"));

        await RaiseAsync();
        await DeliveredAsync(1);
        Assert.Equal(["{\"attempt\":1,\"outcome\":\"retry\"}", "{\"attempt\":2,\"outcome\":\"delivered\"}"],
            await world.RowsAsync("select attempt, outcome from delivery_attempts order by attempt"));
    }

    [Fact]
    public async Task ProcessLostBetweenCommitAndDelivery_IsDeliveredOnceByTheNext()
    {
        var hanging = new TaskCompletionSource();
        await using var sink = await WebhookSink.StartAsync(async (n, _) =>
        {
            if (n == 1)
            {
                hanging.SetResult();
                await Task.Delay(Timeout.Infinite, Stop);
            }

            return 200;
        });
        await world.SubscribeAsync(["X:1"], channel: "webhook", url: sink.Url);
        await using (var first = await AlertsProcess.StartAsync(world, ("Alerts:Delivery:Lease", "00:00:11")))
        {
            await RaiseAsync();
            await hanging.Task.WaitAsync(TimeSpan.FromSeconds(30), Stop);
            await first.DropAsync();
        }

        await using var next = await AlertsProcess.StartAsync(world, ("Alerts:Delivery:Lease", "00:00:11"));
        await DeliveredAsync(1);

        Assert.Equal(2, sink.Requests.Count);
        Assert.Single(sink.Requests.Select(r => r.Key).Distinct());
        Assert.Equal(1, await world.CountAsync("delivery_attempts where outcome = 'delivered'"));
        Assert.Equal(0, await world.CountAsync("outbox"));
    }

    [Fact]
    public async Task AlertCommittedWithNobodyRunning_IsDeliveredByTheNextStart()
    {
        await using var sink = await WebhookSink.StartAsync();
        await world.SubscribeAsync(["X:1"], channel: "webhook", url: sink.Url);
        await RaiseAsync();

        await using var process = await AlertsProcess.StartAsync(world);
        await DeliveredAsync(1);
        Assert.Single(sink.Requests);
    }

    [Fact]
    public async Task RabbitMq_TwoProcessesDeliverEachAlertOnce()
    {
        var rabbit = await RabbitMqServer.SharedAsync();
        await using var sink = await WebhookSink.StartAsync();
        await world.SubscribeAsync([.. Enumerable.Range(1, 100).Select(i => $"X:{i}")], channel: "webhook", url: sink.Url);
        (string, string)[] settings =
            [("RabbitMq:Uri", rabbit.Uri.ToString()), ("RabbitMq:Prefix", $"t{Guid.NewGuid():N}-"), ("Alerts:Delivery:Lease", "00:00:11")];
        await using var one = await AlertsProcess.StartAsync(world, settings);
        await using var two = await AlertsProcess.StartAsync(world, settings);

        await world.Handler().HandleAsync(
            Batch(Enumerable.Range(1, 100).SelectMany(i => new[] { Score($"X:{i}", 1, 0, 0.05), Score($"X:{i}", 2, 1, 0.35) })), Stop);
        await DeliveredAsync(100);

        Assert.Equal(100, sink.Requests.Count);
        Assert.Equal(100, sink.Requests.Select(r => r.Key).Distinct().Count());
        Assert.Equal(100, await world.CountAsync("delivery_attempts"));
    }

    [Fact]
    public async Task RabbitMq_ThatIsAway_IsNamedInReady()
    {
        await using var rabbit = await RabbitMqServer.StartAsync();
        await using var process = await AlertsProcess.StartAsync(world, ("RabbitMq:Uri", rabbit.Uri.ToString()));
        await UntilAsync(async () => (await ReadyAsync(process)).Contains("\"rabbitmq\":\"Reachable\"", StringComparison.Ordinal));

        await rabbit.KillAsync();
        await UntilAsync(async () => (await ReadyAsync(process))
            .Contains($"RabbitMQ at {rabbit.Address} (RabbitMq:Uri) cannot be reached", StringComparison.Ordinal));
        Assert.DoesNotContain("guest", await ReadyAsync(process), StringComparison.Ordinal);

        await rabbit.RestartAsync();
        await UntilAsync(async () => (await ReadyAsync(process)).Contains("\"rabbitmq\":\"Reachable\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ScoreOfAModelThatIsNotHere_IsNamedInReady()
    {
        await using var process = await AlertsProcess.StartAsync(world);
        using (var producer = world.Clients.Producer().Build())
        {
            await producer.ProduceAsync(
                world.Clients.Topics.Scores,
                new() { Key = "X:1"u8.ToArray(), Value = Wire.Write(Score("X:1", 1, 0, 0.05, "new/7")) }, Stop);
        }

        await UntilAsync(async () => (await ReadyAsync(process))
            .Contains("Retrying: scores were made with model new/7", StringComparison.Ordinal));
        lock (process.Log)
        {
            Assert.Contains(process.Log, l => l.Contains("alerts waits: scores were made with model new/7", StringComparison.Ordinal));
        }

        world.AddModel("new/7");
        await UntilAsync(async () => await world.CountAsync("shift_states") == 1);
        await UntilAsync(async () => !(await ReadyAsync(process)).Contains("new/7", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Console_WritesOneLine()
    {
        await world.SubscribeAsync(["X:1"]);
        await using var process = await AlertsProcess.StartAsync(world);

        await RaiseAsync();
        await DeliveredAsync(1);
        lock (process.Log)
        {
            Assert.Single(
                process.Log, l => l.Contains("ALERT Company X:1: band_entered, low 5.0 % to high 35.0 %", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task ScoreOnKafka_BecomesADeliveredAlert()
    {
        var options = new KafkaOptions
        {
            BootstrapServers = (await KafkaServer.SharedAsync()).Bootstrap, Prefix = $"t{Guid.NewGuid():N}.", Partitions = 2
        };
        using var kafka = new KafkaClients(Options.Create(options), TimeProvider.System, NullLogger<KafkaClients>.Instance);
        await kafka.EnsureTopicsAsync(Stop);
        await using var sink = await WebhookSink.StartAsync();
        await world.SubscribeAsync(["X:1"], channel: "webhook", url: sink.Url);
        await using var process = await AlertsProcess.StartAsync(
            world, ("Kafka:BootstrapServers", options.BootstrapServers), ("Kafka:Prefix", options.Prefix), ("Kafka:Partitions", "2"));
        using var producer = kafka.Producer().Build();
        foreach (var value in new[] { Wire.Write(Score("X:1", 1, 0, 0.05)), "nonsense"u8.ToArray(), Wire.Write(Score("X:1", 2, 1, 0.4)) })
        {
            await producer.ProduceAsync(kafka.Topics.Scores, new() { Key = "X:1"u8.ToArray(), Value = value }, Stop);
        }

        await DeliveredAsync(1);
        Assert.Single(sink.Requests);

        using var letters = kafka.Consumer(options.Prefix + "test").Build();
        letters.Subscribe(kafka.Topics.DeadLetters);
        ConsumeResult<byte[], byte[]>? record = null;
        await UntilAsync(() => Task.FromResult((record = letters.Consume(TimeSpan.FromSeconds(1))) is { IsPartitionEOF: false }));
        var letter = Wire.ReadDeadLetter(record!.Message.Value);
        letters.Close();
        Assert.Equal(("alerts", "not_json", kafka.Topics.Scores), (letter.Stage, letter.Reason, letter.Topic));
        Assert.Equal("nonsense"u8.ToArray(), letter.Value);
    }

    private static async Task<string> ReadyAsync(AlertsProcess process)
    {
        using var answer = await process.Http.GetAsync(new Uri("/ready", UriKind.Relative), Stop);
        return await answer.Content.ReadAsStringAsync(Stop);
    }

    private Task RaiseAsync() => world.Handler().HandleAsync(Batch(Score("X:1", 1, 0, 0.05), Score("X:1", 2, 1, 0.35)), Stop);

    private Task DeliveredAsync(int count) =>
        UntilAsync(async () => await world.CountAsync("deliveries where state = 'delivered'") == count);

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), "waited a minute in vain");
            await Task.Delay(10, Stop);
        }
    }
}
