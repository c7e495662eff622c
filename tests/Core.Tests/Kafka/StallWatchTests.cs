using Confluent.Kafka;
using Jianwei.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Jianwei.Core.Kafka;

public sealed class StallWatchTests : IAsyncLifetime
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly MockKafka mock = MockKafka.Start();
    private readonly Clock clock = new();
    private KafkaClients kafka = null!;
    private IConsumer<byte[], byte[]> consumer = null!;
    private StallWatch watch = null!;

    private TopicPartition Zero => new(kafka.Topics.Events, 0);

    public async ValueTask InitializeAsync()
    {
        kafka = new(Options.Create(new KafkaOptions { BootstrapServers = mock.Bootstrap }), TimeProvider.System, NullLogger<KafkaClients>.Instance);
        await kafka.EnsureTopicsAsync(TestContext.Current.CancellationToken);
        consumer = kafka.Consumer("stall").Build();
        consumer.Assign([Zero, new(kafka.Topics.Events, 1)]);
        watch = new(consumer, clock);
    }

    // What the client does by itself at times: paused, though nobody asked for it.
    [Fact]
    public async Task Partition_ThatStandsStillIsReadAgainFromWhereItStood()
    {
        await SendAsync(3);
        Read(3);
        consumer.Pause([Zero]);
        await SendAsync(2);
        Assert.Null(consumer.Consume(Second));

        Assert.Empty(watch.Look(_ => false));
        clock.Advance(9);
        Assert.Empty(watch.Look(_ => false));
        clock.Advance(2);
        Assert.Equal([new(Zero, 3)], watch.Look(_ => false));

        Assert.Equal([3, 4], Read(2));
        clock.Advance(60);
        Assert.Empty(watch.Look(_ => false));
    }

    [Fact]
    public async Task Partition_ThatNothingWasReadOfGoesOn()
    {
        consumer.Pause([Zero]);
        await SendAsync(2);
        Assert.Null(consumer.Consume(Second));
        Assert.Empty(watch.Look(_ => false));
        clock.Advance(11);

        Assert.Equal([new(Zero, 0)], watch.Look(_ => false));
        Assert.Equal([0, 1], Read(2));
    }

    [Fact]
    public async Task Partition_ThatIsHeldIsLeftAlone()
    {
        await SendAsync(1);
        Read(1);
        consumer.Pause([Zero]);
        await SendAsync(1);
        for (var i = 0; i < 5; i++)
        {
            Assert.Empty(watch.Look(p => p == Zero));
            clock.Advance(11);
        }

        Assert.Null(consumer.Consume(Second));
    }

    // Such as one that ends with the marks of a transaction: nothing comes however often it is asked.
    [Fact]
    public async Task Partition_ThatStaysSilentIsToldOnce()
    {
        await SendAsync(1);
        Read(1);
        await SendAsync(1);
        var told = 0;
        for (var i = 0; i < 600; i++)
        {
            told += watch.Look(_ => false).Count;
            clock.Advance(1);
        }

        Assert.Equal(1, told);
    }

    public ValueTask DisposeAsync()
    {
        consumer.Dispose();
        kafka.Dispose();
        mock.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task SendAsync(int count)
    {
        using var producer = kafka.Producer().Build();
        for (var i = 0; i < count; i++)
            await producer.ProduceAsync(Zero, new() { Key = [], Value = [1] });
    }

    private List<long> Read(int count)
    {
        var found = new List<long>();
        for (var i = 0; i < 100 && found.Count < count; i++)
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(200)) is { } record)
            {
                watch.Heard(record.TopicPartition);
                found.Add(record.Offset.Value);
            }
        }

        return found;
    }

    private sealed class Clock : TimeProvider
    {
        private long now;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => now;

        public void Advance(int seconds) => now += seconds;
    }
}
