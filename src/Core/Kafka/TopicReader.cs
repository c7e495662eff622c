using Confluent.Kafka;

namespace Jianwei.Core.Kafka;

/// <summary>Reads a whole topic once, from its first message to what is its end when reading starts, without a group.</summary>
public sealed class TopicReader(KafkaClients kafka)
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(10);

    /// <summary>Low and high watermarks of every partition; the high one is the offset of the next message.</summary>
    /// <exception cref="KafkaException">The brokers cannot be reached.</exception>
    public IReadOnlyList<(TopicPartition Partition, long Low, long High)> Watermarks(string topic)
    {
        var partitions = kafka.PartitionCount(topic);
        using var consumer = Consumer();
        return [.. Enumerable.Range(0, partitions).Select(p => new TopicPartition(topic, p)).Select(p =>
        {
            var marks = consumer.EndsOf(p, Wait, kafka.Time);
            return (p, marks.Low.Value, marks.High.Value);
        })];
    }

    /// <summary>Offset of the next message of one partition.</summary>
    /// <exception cref="KafkaException">The brokers cannot be reached.</exception>
    public long High(TopicPartition partition)
    {
        using var consumer = Consumer();
        return consumer.EndsOf(partition, Wait, kafka.Time).High.Value;
    }

    /// <summary>Every message of one partition in [low, high), in order.</summary>
    /// <exception cref="KafkaException">Reading failed or stalled.</exception>
    public IEnumerable<ConsumeResult<byte[], byte[]>> Read(TopicPartition partition, long low, long high, CancellationToken cancellation)
    {
        if (low >= high)
        {
            yield break;
        }

        using var consumer = Consumer();
        consumer.Assign(new TopicPartitionOffset(partition, low));
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var record = consumer.Consume(Wait)
                ?? throw new KafkaException(
                    new Error(ErrorCode.Local_TimedOut, $"{partition} gave nothing for {Wait} before offset {high}"));
            if (record.IsPartitionEOF || record.Offset.Value >= high)
            {
                yield break;
            }

            yield return record;
            if (record.Offset.Value == high - 1)
            {
                yield break;
            }
        }
    }

    // End-of-partition events end a partition whose last offsets are transaction marks.
    private IConsumer<byte[], byte[]> Consumer() =>
        new ConsumerBuilder<byte[], byte[]>(
                new ConsumerConfig(kafka.ConsumerSettings($"reader-{Guid.NewGuid():N}"))
                {
                    EnablePartitionEof = true, EnableAutoCommit = false
                })
            .SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
}
