using Confluent.Kafka;
using Jianwei.Core.Contracts;
using Jianwei.Core.Kafka;
using Jianwei.Core.Redis;
using Jianwei.Core.Telemetry;
using Jianwei.Featurizer.State;
using Jianwei.Featurizer.Store;
using Jianwei.Servers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NSubstitute;

namespace Jianwei.Featurizer.Sweeper;

/// <summary>A pass over real states in Redis, with ticks on a mock Kafka.</summary>
public sealed class SweeperServiceTests
{
    private static readonly DateTimeOffset Start = new(2024, 5, 1, 0, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pass_TicksWhoIsDueOnceAndLeavesOutCompaniesOfAStalledFeed()
    {
        using var mock = MockKafka.Start();
        await using var server = await RedisServer.StartAsync();
        using var redis = new RedisConnection(Options.Create(new RedisOptions { Configuration = server.Configuration }));
        using var kafka = new KafkaClients(
            Options.Create(new KafkaOptions { BootstrapServers = mock.Bootstrap }),
            TimeProvider.System, NullLogger<KafkaClients>.Instance);
        using var producer = new AckedProducer(kafka, TimeProvider.System);
        var store = new StateStore(redis);
        await kafka.EnsureTopicsAsync(Cancellation);
        var watermarks = new Watermarks();
        var quiet = State("X-TEST:quiet", "court", Start.AddDays(-2));
        var news = State("X-TEST:news", "court", Start);
        var stalled = State("X-TEST:stalled", "register", Start.AddDays(-9));
        Assert.Null(await store.WriteAsync(
            0, -1, 5, watermarks,
            [.. new[] { quiet, news, stalled }.Select(s => KeyValuePair.Create(store.Keys.State(0, s.Key), s.Value))], Cancellation));
        using var sweeper = new SweeperService(
            store, kafka, producer, new StageHealth(), Options.Create(new SweeperOptions()), TimeProvider.System,
            Substitute.For<IHostApplicationLifetime>(), NullLogger<SweeperService>.Instance);

        await sweeper.PassAsync(Cancellation);

        var ticks = Ticks(kafka);
        Assert.DoesNotContain(ticks, t => t.CompanyId == "X-TEST:stalled");
        var tick = Assert.Single(ticks, t => t.CompanyId == "X-TEST:quiet");
        Assert.Equal(EventType.Tick, tick.Type);
        Assert.Equal(
            SweepSchedule.Due("X-TEST:quiet", Days.SecondsOf(Start.AddDays(-2)), Days.SecondsOf(Start)),
            Days.SecondsOf(tick.ObservedTime));
        Assert.NotNull(EventReader.TryRead(Wire.Write(tick), Core.Contracts.Raw.RawTime.Latest, out _));
        var state = StateCodec.Decode(quiet.Value);
        Assert.Equal(Applied.Yes, state.Apply(tick, 0, 6));
        Assert.Equal(Applied.StaleTick, state.Apply(tick, 0, 7));

        KeyValuePair<string, byte[]> State(string company, string source, DateTimeOffset at)
        {
            var one = new CompanyState();
            one.Apply(News(company, source, at), 0, 0);
            watermarks.Observe(source, Days.SecondsOf(at));
            return new(company, StateCodec.Encode(one));
        }
    }

    [Fact]
    public async Task Pass_IsLeftToWhoHoldsTheLease()
    {
        await using var server = await RedisServer.StartAsync();
        using var redis = new RedisConnection(Options.Create(new RedisOptions { Configuration = server.Configuration }));
        var store = new StateStore(redis);
        Assert.True(await store.LeaseAsync("sweeper", "one", TimeSpan.FromMinutes(1), Cancellation));
        Assert.False(await store.LeaseAsync("sweeper", "two", TimeSpan.FromMinutes(1), Cancellation));
        Assert.True(await store.LeaseAsync("sweeper", "one", TimeSpan.FromMinutes(1), Cancellation));
    }

    [Fact]
    public async Task Sweeper_SaysWhenItsServerIsBack()
    {
        using var mock = MockKafka.Start();
        await using var server = await RedisServer.StartAsync();
        using var redis = new RedisConnection(Options.Create(new RedisOptions { Configuration = server.Configuration }));
        using var kafka = new KafkaClients(
            Options.Create(new KafkaOptions { BootstrapServers = mock.Bootstrap }),
            TimeProvider.System, NullLogger<KafkaClients>.Instance);
        using var producer = new AckedProducer(kafka, TimeProvider.System);
        var log = Substitute.For<ILogger<SweeperService>>();
        log.IsEnabled(Arg.Any<LogLevel>()).Returns(true);
        string[] Lines() => [.. log.ReceivedCalls().Where(c => c.GetMethodInfo().Name == "Log").Select(c => $"{c.GetArguments()[2]}")];
        await kafka.EnsureTopicsAsync(Cancellation);
        await server.KillAsync();
        using var sweeper = new SweeperService(
            new(redis), kafka, producer, new StageHealth(), Options.Create(new SweeperOptions()), TimeProvider.System,
            Substitute.For<IHostApplicationLifetime>(), log);

        await sweeper.StartAsync(Cancellation);
        await UntilAsync(() => Lines().Any(l => l.StartsWith("sweeper waits: ", StringComparison.Ordinal)));
        await server.RestartAsync();
        await UntilAsync(() => Lines().Contains("sweeper runs again"));

        await sweeper.StopAsync(Cancellation);
        Assert.Equal("sweeper runs again", Lines()[^1]);
    }

    private static async Task UntilAsync(Func<bool> done)
    {
        for (var i = 0; !done(); i++)
        {
            Assert.True(i < 600, "waited 30 s in vain");
            await Task.Delay(50, Cancellation);
        }
    }

    private static CompanyEvent News(string company, string source, DateTimeOffset at) => new()
    {
        EventId = "00000000000000ff", CompanyId = company, Type = EventType.FilingPledge, EventTime = at, ObservedTime = at,
        Source = source, SourceEventId = "1",
    };

    private static List<CompanyEvent> Ticks(KafkaClients kafka)
    {
        var reader = new TopicReader(kafka);
        return [.. reader.Watermarks(kafka.Topics.Events)
            .SelectMany(w => reader.Read(w.Partition, w.Low, w.High, Cancellation))
            .Select(r => Wire.ReadEvent(r.Message.Value))];
    }
}
