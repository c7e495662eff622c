using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Jianwei.Core.Failures;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jianwei.Core.Kafka;

/// <summary>Makes Kafka clients with the settings that the architecture needs: acks=all, murmur2 partitions, commits by hand.</summary>
public sealed partial class KafkaClients(IOptions<KafkaOptions> options, TimeProvider time, ILogger<KafkaClients> log) : IDisposable
{
    private static readonly TimeSpan MetadataTimeout = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim ensuring = new(1);
    private bool ensured;

    /// <summary>The settings.</summary>
    public KafkaOptions Options => options.Value;

    /// <summary>The topics' names.</summary>
    public Topics Topics => options.Value.Topics;

    /// <summary>The consumer group of a stage.</summary>
    public string Group(string stage) => $"{options.Value.Prefix}jianwei-{stage}";

    /// <summary>The clock of everything that waits for Kafka.</summary>
    public TimeProvider Time => time;

    /// <summary>
    /// A consumer that, on request, tells the ends of partitions, and commits what <c>StoreOffset</c> was told, four times a
    /// second and when partitions leave.
    /// </summary>
    public ConsumerBuilder<byte[], byte[]> Consumer(string group, bool partitionEnds = false) =>
        new(new ConsumerConfig(ConsumerSettings(group)) { EnablePartitionEof = partitionEnds });

    /// <summary>The settings of <see cref="Consumer"/>.</summary>
    public ConsumerConfig ConsumerSettings(string group) => new(Common())
    {
        GroupId = group,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        EnableAutoOffsetStore = false,
        EnableAutoCommit = true,
        AutoCommitIntervalMs = 250,
        FetchWaitMaxMs = 100,
        FetchMaxBytes = Math.Max(64 * 1024 * 1024, options.Value.MessageSizeLimit),
        MaxPartitionFetchBytes = 1024 * 1024,
        ReceiveMessageMaxBytes = Math.Max(64 * 1024 * 1024, options.Value.MessageSizeLimit) + (1024 * 1024),
        QueuedMaxMessagesKbytes = 32 * 1024,
        AllowAutoCreateTopics = true,
        TopicMetadataRefreshIntervalMs = 30_000,
    };

    /// <summary>An idempotent producer: a message is acknowledged when all in-sync replicas have it.</summary>
    public ProducerBuilder<byte[], byte[]> Producer() => new(new ProducerConfig(Common())
    {
        Acks = Acks.All,
        EnableIdempotence = true,
        Partitioner = Partitioner.Murmur2Random,
        CompressionType = CompressionType.Lz4,
        LingerMs = 1,
        BatchSize = 256 * 1024,
        QueueBufferingMaxMessages = 200_000,
        QueueBufferingMaxKbytes = 256 * 1024,
        MessageMaxBytes = options.Value.MessageSizeLimit,

        // For ever: to give up one message and go on with the next would put a company's messages out of order.
        MessageTimeoutMs = 0,
    });

    /// <summary>An administration client.</summary>
    public IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig(Common())).SetLogHandler((_, _) => { }).Build();

    /// <summary>Number of partitions of a topic.</summary>
    /// <exception cref="KafkaException">The brokers cannot be reached.</exception>
    public int PartitionCount(string topic)
    {
        using var admin = Admin();
        try
        {
            return admin.GetMetadata(topic, MetadataTimeout).Topics.Single(t => t.Topic == topic).Partitions.Count;
        }
        catch (KafkaException e)
        {
            throw new KafkaException(
                new Error(e.Error.Code,
                    $"Kafka at {options.Value.BootstrapServers} (Kafka:BootstrapServers) cannot be used: {e.Error.Reason}"),
                e);
        }
    }

    /// <summary>
    /// Creates the topics that are missing and checks that all have the same number of partitions. Waits for the brokers.
    /// </summary>
    /// <param name="cancellation">Stops waiting.</param>
    /// <param name="waiting">Told why it waits.</param>
    /// <exception cref="FatalException">Topics differ in their number of partitions.</exception>
    public async Task EnsureTopicsAsync(CancellationToken cancellation, Action<string>? waiting = null)
    {
        await ensuring.WaitAsync(cancellation);
        try
        {
            for (var pause = TimeSpan.FromSeconds(1); !ensured; pause = TimeSpan.FromSeconds(Math.Min(10, pause.TotalSeconds * 2)))
            {
                try
                {
                    await CreateMissingAsync();
                    CheckPartitions();
                    ensured = true;
                }
                catch (KafkaException e)
                {
                    waiting?.Invoke($"Kafka at {options.Value.BootstrapServers} (Kafka:BootstrapServers) cannot be used: {e.Error.Reason}");
                    LogUnreachable(options.Value.BootstrapServers, e.Error.Reason, pause);
                    await Task.Delay(pause, time, cancellation);
                }
            }
        }
        finally
        {
            ensuring.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => ensuring.Dispose();

    private async Task CreateMissingAsync()
    {
        using var admin = Admin();
        var known = admin.GetMetadata(MetadataTimeout).Topics.Select(t => t.Topic).ToHashSet();
        var missing = Topics.All.Where(t => !known.Contains(t)).ToList();
        if (missing.Count == 0)
        {
            return;
        }

        try
        {
            await admin.CreateTopicsAsync(missing.Select(Specification), new() { RequestTimeout = MetadataTimeout });
        }
        catch (CreateTopicsException e) when (e.Results.All(r => !r.Error.IsError || r.Error.Code == ErrorCode.TopicAlreadyExists))
        {
            // Another process of ours was faster.
        }
        catch (KafkaException e) when (e.Error.Reason.Contains("waiting for controller", StringComparison.Ordinal))
        {
            // librdkafka's mock cluster has no controller; asking for a topic's metadata makes it.
            foreach (var topic in missing)
            {
                admin.GetMetadata(topic, MetadataTimeout);
            }
        }
    }

    /// <summary>
    /// How a topic is created. <c>events</c> is kept for ever, because states are rebuilt from its first message;
    /// the others as the broker says.
    /// </summary>
    internal TopicSpecification Specification(string topic)
    {
        var settings = new Dictionary<string, string>
        {
            ["max.message.bytes"] = options.Value.MessageSizeLimit.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
        if (topic == Topics.Events)
        {
            (settings["cleanup.policy"], settings["retention.ms"], settings["retention.bytes"]) = ("delete", "-1", "-1");
        }

        return new()
        {
            Name = topic, NumPartitions = options.Value.Partitions,
            ReplicationFactor = (short)options.Value.ReplicationFactor, Configs = settings,
        };
    }

    private void CheckPartitions()
    {
        using var admin = Admin();
        var counts = new Dictionary<string, int>();
        foreach (var topic in Topics.All)
        {
            var found = admin.GetMetadata(topic, MetadataTimeout).Topics.Single(t => t.Topic == topic);
            if (found.Partitions.Count == 0)
            {
                throw new KafkaException(new Error(ErrorCode.LeaderNotAvailable, $"topic {topic} has no partitions yet"));
            }

            counts[topic] = found.Partitions.Count;
        }

        if (counts.Values.Distinct().Count() > 1)
        {
            throw new FatalException("All topics must have the same number of partitions, so that one company has one writer; found "
                + string.Join(", ", counts.Select(c => $"{c.Key}: {c.Value}")));
        }
    }

    private Dictionary<string, string> Common()
    {
        var settings = new Dictionary<string, string>
        {
            ["bootstrap.servers"] = options.Value.BootstrapServers,
            ["client.id"] = "jianwei",
            ["socket.keepalive.enable"] = "true",
            ["reconnect.backoff.max.ms"] = "2000",
        };
        foreach (var (key, value) in options.Value.Client)
        {
            settings[key] = value;
        }

        return settings;
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Kafka at {Servers} (Kafka:BootstrapServers) cannot be used: {Reason}; trying again in {Pause}")]
    private partial void LogUnreachable(string servers, string reason, TimeSpan pause);
}
