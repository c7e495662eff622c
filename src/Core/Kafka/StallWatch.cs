using Confluent.Kafka;

namespace Jianwei.Core.Kafka;

/// <summary>
/// Notices that a partition has messages which do not come although it is to be read, and asks for them again. Belongs to the poll thread.
/// </summary>
/// <remarks>
/// The client can leave a partition paused for ever, and says nothing of it
/// (https://github.com/confluentinc/librdkafka/issues/5591): without this a stage would stand still until it is started again.
/// A partition that ends with the marks of a transaction looks the same, so asking again grows rarer, and is told once.
/// </remarks>
internal sealed class StallWatch(IConsumer<byte[], byte[]> consumer, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPatience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan BrokerWait = TimeSpan.FromSeconds(1);
    private readonly Dictionary<TopicPartition, Silence> silences = [];

    private readonly record struct Silence(long Since, TimeSpan Patience, long AskedFrom);

    /// <summary>A message of the partition came.</summary>
    public void Heard(TopicPartition partition) => silences[partition] = new(time.GetTimestamp(), Patience, -1);

    /// <summary>Nothing of what is assigned could come until now.</summary>
    public void Reset() => silences.Clear();

    /// <summary>Asks again for what does not come; the offsets that were asked for, where they have not been told yet.</summary>
    /// <param name="held">Whether a partition is to wait.</param>
    /// <exception cref="KafkaException">The brokers do not answer.</exception>
    public List<TopicPartitionOffset> Look(Func<TopicPartition, bool> held)
    {
        var told = new List<TopicPartitionOffset>();
        foreach (var partition in consumer.Assignment)
        {
            if (held(partition) || !silences.TryGetValue(partition, out var silence))
            {
                Heard(partition);
            }
            else if (time.GetElapsedTime(silence.Since) >= silence.Patience && AskAgain(partition, silence) is { } from)
            {
                told.Add(from);
            }
        }

        return told;
    }

    private TopicPartitionOffset? AskAgain(TopicPartition partition, Silence silence)
    {
        silences[partition] = silence with { Since = time.GetTimestamp() };
        var (at, end) = (consumer.Position(partition), consumer.QueryWatermarkOffsets(partition, BrokerWait));
        var read = at.Value >= 0 || silence.AskedFrom >= 0;
        var from = at.Value >= 0 ? at : silence.AskedFrom >= 0 ? silence.AskedFrom : Begin(partition, end.Low);
        if (from.Value >= end.High.Value)
        {
            Heard(partition);
            return null;
        }

        var before = silence.AskedFrom == from.Value;
        var patience = before ? TimeSpan.FromTicks(Math.Min(silence.Patience.Ticks * 2, LongestPatience.Ticks)) : Patience;
        silences[partition] = new(time.GetTimestamp(), patience, from.Value);
        consumer.Resume([partition]);
        if (read)
        {
            // One that nothing was read of cannot be sought yet.
            consumer.Seek(new TopicPartitionOffset(partition, from));
        }

        return before ? null : new(partition, from);
    }

    private Offset Begin(TopicPartition partition, Offset low) => consumer.Committed([partition], BrokerWait)[0].Offset is { Value: >= 0 } committed ? committed : low;
}
