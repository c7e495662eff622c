using System.Collections.Concurrent;
using System.Text;
using Confluent.Kafka;
using Jianwei.Core.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Jianwei.Core.Kafka;

/// <summary>A stage loop on a mock cluster, with a handler made of a function and everything that it was given.</summary>
internal sealed class LoopHarness : IBatchHandler, IHostApplicationLifetime, IAsyncDisposable
{
    private readonly Func<IReadOnlyList<ConsumeResult<byte[], byte[]>>, CancellationToken, Task> handle;
    private readonly StageLoop loop;
    private readonly CancellationTokenSource stopRequested = new();
    private int inside;

    public LoopHarness(
        string bootstrap, string prefix, StageOptions batching,
        Func<IReadOnlyList<ConsumeResult<byte[], byte[]>>, CancellationToken, Task> handle,
        string stage = "test")
    {
        this.handle = handle;
        Kafka = new(
            Options.Create(new KafkaOptions { BootstrapServers = bootstrap, Prefix = prefix, Partitions = 4 }),
            TimeProvider.System, NullLogger<KafkaClients>.Instance);
        MakeTopics();
        loop = new(stage, [Kafka.Topics.Events], batching, this, Kafka, Health, TimeProvider.System, this, NullLogger<StageLoop>.Instance);
    }

    public KafkaClients Kafka { get; }

    public StageHealth Health { get; } = new();

    /// <summary>Records of the calls that succeeded, in order.</summary>
    public ConcurrentQueue<(int Partition, long Offset, string Value)> Handled { get; } = [];

    /// <summary>What happened, in order: <c>in</c>, <c>out</c>, <c>failed</c>, <c>revoked</c>.</summary>
    public ConcurrentQueue<string> Story { get; } = [];

    public bool StopRequested => stopRequested.IsCancellationRequested;

    CancellationToken IHostApplicationLifetime.ApplicationStarted => CancellationToken.None;

    CancellationToken IHostApplicationLifetime.ApplicationStopping => stopRequested.Token;

    CancellationToken IHostApplicationLifetime.ApplicationStopped => CancellationToken.None;

    public Task StartAsync() => loop.StartAsync(CancellationToken.None);

    public Task StopAsync() => loop.StopAsync(CancellationToken.None);

    public async Task HandleAsync(IReadOnlyList<ConsumeResult<byte[], byte[]>> batch, CancellationToken cancellation)
    {
        Assert.Equal(1, Interlocked.Increment(ref inside));
        Story.Enqueue("in");
        try
        {
            await handle(batch, cancellation);
            foreach (var record in batch)
                Handled.Enqueue((record.Partition.Value, record.Offset.Value, Encoding.UTF8.GetString(record.Message.Value)));
            Story.Enqueue("out");
        }
        catch
        {
            Story.Enqueue("failed");
            throw;
        }
        finally
        {
            Interlocked.Decrement(ref inside);
        }
    }

    public void Revoked(IReadOnlyList<TopicPartition> partitions) => Story.Enqueue("revoked");

    public void StopApplication() => stopRequested.Cancel();

    /// <summary>Sends messages, numbered, to one partition.</summary>
    public async Task SendAsync(int partition, int from, int count)
    {
        using var producer = Kafka.Producer().Build();
        await Task.WhenAll(Enumerable.Range(from, count).Select(i =>
            producer.ProduceAsync(
                new TopicPartition(Kafka.Topics.Events, partition), new() { Key = [], Value = Encoding.UTF8.GetBytes($"{i}") })));
    }

    /// <summary>The group's committed offset; -1001 where there is none.</summary>
    public long Committed(int partition)
    {
        using var consumer = Kafka.Consumer(Kafka.Group("test")).Build();
        return consumer.Committed([new(Kafka.Topics.Events, partition)], TimeSpan.FromSeconds(5))[0].Offset.Value;
    }

    private void MakeTopics() => Kafka.EnsureTopicsAsync(CancellationToken.None).GetAwaiter().GetResult();

    public static async Task UntilAsync(Func<bool> done, string what, int seconds = 25, Func<Task>? meanwhile = null)
    {
        for (var i = 0; i < seconds * 50; i++)
        {
            if (done())
                return;
            if (meanwhile is not null && i % 10 == 9)
                await meanwhile();
            await Task.Delay(20);
        }

        Assert.Fail($"not within {seconds} s: {what}");
    }

    /// <summary>Every message of a partition was handled exactly once and in order.</summary>
    public static void AssertWhole(IEnumerable<(int Partition, long Offset, string Value)> handled, int partition, int count) =>
        Assert.Equal(Enumerable.Range(0, count).Select(i => (long)i), handled.Where(h => h.Partition == partition).Select(h => h.Offset));

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        loop.Dispose();
        Kafka.Dispose();
        stopRequested.Dispose();
    }
}
