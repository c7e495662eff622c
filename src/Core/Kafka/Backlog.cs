using Confluent.Kafka;

namespace Jianwei.Core.Kafka;

/// <summary>Counts the messages that a consumer has been assigned and its stage has not handled. Belongs to the poll thread.</summary>
/// <remarks>
/// A partition of which nothing was read yet counts from where reading will begin: its committed offset, or its first message.
/// Ends come along with fetching; the brokers are asked only for partitions that nothing was fetched of, or of which nothing is
/// fetched now.
/// </remarks>
internal sealed class Backlog(IConsumer<byte[], byte[]> consumer)
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);
    private readonly Dictionary<TopicPartition, long> starts = [];
    private int startsOf = -1;

    /// <param name="epoch">Changes with the assignment.</param>
    /// <param name="next">Next offset to handle of the partitions that were read.</param>
    /// <param name="ask">Nothing is fetched now, so that the ends that are known are old.</param>
    /// <exception cref="KafkaException">The brokers do not answer.</exception>
    public long Count(int epoch, IReadOnlyDictionary<TopicPartition, Offset> next, bool ask)
    {
        if (epoch != startsOf)
        {
            starts.Clear();
            startsOf = epoch;
        }

        var assigned = consumer.Assignment;
        FindStarts([.. assigned.Where(p => !next.ContainsKey(p) && !starts.ContainsKey(p))]);
        return assigned.Sum(p => Math.Max(0, Ends(p, ask).High.Value - (next.TryGetValue(p, out var at) ? at.Value : starts[p])));
    }

    private void FindStarts(List<TopicPartition> unread)
    {
        if (unread.Count == 0)
        {
            return;
        }

        foreach (var committed in consumer.Committed(unread, Wait))
        {
            starts[committed.TopicPartition] = committed.Offset.Value >= 0
                ? committed.Offset.Value
                : Math.Max(0, Ends(committed.TopicPartition, ask: false).Low.Value);
        }
    }

    private WatermarkOffsets Ends(TopicPartition partition, bool ask)
    {
        var known = ask ? null : consumer.GetWatermarkOffsets(partition);
        return known is { High.Value: >= 0 } ? known : consumer.QueryWatermarkOffsets(partition, Wait);
    }
}
