using Confluent.Kafka;

namespace Jianwei.Core.Kafka;

/// <summary>Asks the brokers for the ends of a partition.</summary>
public static class PartitionEnds
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Low and high watermark; the high one is the offset of the next message.</summary>
    /// <remarks>
    /// A partition is without a leader for a moment after its topic was made or a broker came back, and a client learns
    /// of a new one by being refused.
    /// </remarks>
    /// <param name="consumer">Any consumer; it need not be assigned the partition.</param>
    /// <param name="partition">Of a topic that exists.</param>
    /// <param name="patience">How long to ask again before giving up.</param>
    /// <param name="time">Measures that.</param>
    /// <exception cref="KafkaException">No answer within <paramref name="patience"/>.</exception>
    public static WatermarkOffsets EndsOf(
        this IConsumer<byte[], byte[]> consumer, TopicPartition partition, TimeSpan patience, TimeProvider time)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var left = patience - time.GetElapsedTime(started);
            try
            {
                return consumer.QueryWatermarkOffsets(partition, left > Pause ? left : Pause);
            }
            catch (KafkaException e) when (!e.Error.IsFatal && time.GetElapsedTime(started) + Pause < patience)
            {
                // librdkafka's question blocks too: no caller is asynchronous.
                Task.Delay(Pause, time).GetAwaiter().GetResult();
            }
        }
    }
}
