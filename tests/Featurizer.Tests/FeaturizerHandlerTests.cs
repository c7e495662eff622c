using System.Diagnostics.Metrics;
using Confluent.Kafka;
using Jianwei.Core.Contracts;
using Jianwei.Core.Kafka;
using Jianwei.Core.Redis;
using Jianwei.Featurizer.State;
using Jianwei.Featurizer.Store;
using Jianwei.Featurizer.Windows;
using Jianwei.Servers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Jianwei.Featurizer;

/// <summary>The handler on a real Redis and a mock Kafka: whatever is lost, states and requests end as in memory.</summary>
public sealed class FeaturizerHandlerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // Redis comes back empty or older while batches go on; no request of a wrong state gets out.
    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 20_000)]
    [InlineData(true, 0)]
    [InlineData(true, 20_000)]
    public async Task Handler_EndsWithTheStatesOfTheLogAfterRedisLostWrites(bool everything, int cacheLimit)
    {
        using var mock = MockKafka.Start();
        await using var server = await RedisServer.StartAsync();
        using var redis = new RedisConnection(Options.Create(new RedisOptions { Configuration = server.Configuration }));
        using var kafka = new KafkaClients(
            Options.Create(new KafkaOptions { BootstrapServers = mock.Bootstrap }),
            TimeProvider.System, NullLogger<KafkaClients>.Instance);
        using var producer = new AckedProducer(kafka, TimeProvider.System);
        var store = new StateStore(redis);
        var handler = new FeaturizerHandler(
            store, new(Catalogues.Real), producer.SendAsync, _ => 300, new(kafka, TimeProvider.System), kafka.Topics, new(), cacheLimit,
            TimeProvider.System, NullLogger.Instance);
        var log = Log(kafka.Topics.Events);

        await FeedAsync(handler, log, 0, 100);
        var older = (await redis.Database.StringGetAsync(Keys)).Select(v => (byte[]?)v).ToList();
        await FeedAsync(handler, log, 100, 200);
        if (everything)
            await redis.Database.ExecuteAsync("FLUSHALL");
        else
            await redis.Database.StringSetAsync(
                [.. Keys.Zip(older, (k, v) => KeyValuePair.Create<StackExchange.Redis.RedisKey, StackExchange.Redis.RedisValue>(k, v))]);
        await FeedAsync(handler, log, 200, 300);
        handler.Revoked([new(kafka.Topics.Events, 0)]);
        await FeedAsync(handler, log, 250, 300);

        var expected = new CompanyState();
        foreach (var record in log)
            expected.Apply(EventReader.TryRead(record.Message, out _)!, 0, record.Offset.Value);
        var read = await store.ReadAsync(0, [store.Keys.State(0, "X-TEST:1")], [], Cancellation);
        Assert.Equal(299, read.Checkpoint);
        Assert.Equal(StateCodec.Encode(expected), read.States[0]);
        AssertRequestsAgree(kafka, (int)expected.Version);
    }

    // Retention took offsets that the states do not hold: that is told once, however often the batch has to come again.
    [Fact]
    public async Task Gap_InTheLogIsToldAndCountedOnce()
    {
        using var mock = MockKafka.Start();
        await using var server = await RedisServer.StartAsync();
        using var redis = new RedisConnection(Options.Create(new RedisOptions { Configuration = server.Configuration }));
        using var kafka = new KafkaClients(
            Options.Create(new KafkaOptions { BootstrapServers = mock.Bootstrap }),
            TimeProvider.System, NullLogger<KafkaClients>.Instance);
        using var producer = new AckedProducer(kafka, TimeProvider.System);
        var (counted, lines, away) = (0L, new Lines(), false);
        using var meter = new MeterListener
        {
            InstrumentPublished = (i, l) =>
            {
                if (i.Name == "jianwei_featurizer_gap_total")
                    l.EnableMeasurementEvents(i);
            }
        };
        meter.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref counted, value));
        meter.Start();
        var handler = new FeaturizerHandler(
            new(redis), new(Catalogues.Real), (messages, stop) => away ? throw new TimeoutException() : producer.SendAsync(messages, stop),
            _ => 300, new(kafka, TimeProvider.System), kafka.Topics, new(), 0, TimeProvider.System, lines);
        var log = Log(kafka.Topics.Events);
        await FeedAsync(handler, log, 0, 10);

        var asked = await Assert.ThrowsAsync<RewindException>(() => handler.HandleAsync(log[50..60], Cancellation));
        Assert.Equal(10, asked.Offsets.Single().Offset.Value);
        Assert.Empty(lines);
        away = true;
        await Assert.ThrowsAsync<TimeoutException>(() => handler.HandleAsync(log[50..60], Cancellation));
        away = false;
        await Assert.ThrowsAsync<RewindException>(() => handler.HandleAsync(log[50..60], Cancellation));
        await handler.HandleAsync(log[50..60], Cancellation);
        await handler.HandleAsync(log[60..70], Cancellation);

        Assert.StartsWith("Warning events[0] no longer has its offsets 10 to 49 ", Assert.Single(lines), StringComparison.Ordinal);
        Assert.Equal(40, counted);
    }

    private sealed class Lines : List<string>, ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Add($"{logLevel} {formatter(state, exception)}");
    }

    private static StackExchange.Redis.RedisKey[] Keys =>
        [new StateKeys("jw").Checkpoint(0), new StateKeys("jw").Watermarks(0), new StateKeys("jw").State(0, "X-TEST:1")];

    private static List<ConsumeResult<byte[], byte[]>> Log(string topic)
    {
        var steps = Enumerable.Range(0, 300)
            .Select(i => new Step(i % 9 == 8 ? Step.Kinds.Repeat : Step.Kinds.News, 40_000, i % 5 * 30_000, i * 3_000, i, i * 10, 4));
        return [.. Step.Events(steps).Select((e, i) => new ConsumeResult<byte[], byte[]>
        {
            Topic = topic, Partition = 0, Offset = i, Message = new() { Key = [], Value = Wire.Write(e) },
        })];
    }

    // Batches of seven; a rewind is followed as the stage loop does.
    private static async Task FeedAsync(FeaturizerHandler handler, List<ConsumeResult<byte[], byte[]>> log, int from, int to)
    {
        while (from < to)
        {
            var batch = log[from..Math.Min(from + 7, to)];
            try
            {
                await handler.HandleAsync(batch, Cancellation);
                from += batch.Count;
            }
            catch (RewindException e)
            {
                from = (int)e.Offsets.Single().Offset.Value;
            }
        }
    }

    // Every version was asked for, and a repeated request is the same byte for byte.
    private static void AssertRequestsAgree(KafkaClients kafka, int versions)
    {
        var requests = new Dictionary<long, byte[]>();
        using var consumer = kafka.Consumer("check").Build();
        consumer.Assign(Enumerable.Range(0, 4).Select(p => new TopicPartitionOffset(kafka.Topics.ScoreRequests, p, Offset.Beginning)));
        while (consumer.Consume(TimeSpan.FromSeconds(1.5)) is { } record)
        {
            if (record.IsPartitionEOF)
                continue;
            var version = Wire.ReadScoreRequest(record.Message.Value).StateVersion;
            if (!requests.TryAdd(version, record.Message.Value))
                Assert.True(requests[version].AsSpan().SequenceEqual(record.Message.Value), $"two different requests of version {version}");
        }

        Assert.Equal(Enumerable.Range(1, versions).Select(v => (long)v), requests.Keys.Order());
    }
}
