using System.Buffers.Binary;
using Confluent.Kafka;

namespace Jianwei.Core.Kafka;

/// <summary>
/// Puts the topics of one stage into one order by time, partition by partition, as Kafka Streams does: the oldest head goes
/// first, and only when every other topic of its partition has a head too or is known to be at its end; there it waits <c>wait</c>
/// longer, because that topic's next message may be on its way. What is younger than <c>live</c> waits for nothing.
/// </summary>
/// <remarks>Best effort: it keeps a fast replay of several topics in order, and costs a live stream nothing. Not for two threads.</remarks>
public sealed class TopicMerge(TimeSpan wait, TimeSpan live, TimeProvider time)
{
    /// <summary>
    /// Header with a message's own time, milliseconds since 1970, 8 bytes big-endian; without it Kafka's timestamp counts.
    /// </summary>
    public const string TimeHeader = "jianwei-time";

    // A topic that says nothing at all, neither a message nor its end, holds the others up no longer than this.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);
    private readonly Dictionary<TopicPartition, Lane> lanes = [];
    private Dictionary<int, Lane[]> neighbours = [];

    private sealed class Lane
    {
        public readonly Queue<Head> Records = new();
        public bool AtEnd;
    }

    private readonly record struct Head(ConsumeResult<byte[], byte[]> Record, long Time, long Arrived);

    /// <summary>Records held.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of memory that they take, roughly.</summary>
    public long Bytes { get; private set; }

    /// <summary>Starts again with these partitions; what is held will be read again.</summary>
    public void Assign(IEnumerable<TopicPartition> partitions)
    {
        lanes.Clear();
        (Count, Bytes) = (0, 0);
        foreach (var partition in partitions)
        {
            lanes[partition] = new();
        }

        neighbours = lanes.GroupBy(l => l.Key.Partition.Value, l => l.Value).ToDictionary(g => g.Key, g => g.ToArray());
    }

    /// <summary>Takes in a record, or the news that a partition has no more for now.</summary>
    public void Add(ConsumeResult<byte[], byte[]> record)
    {
        var lane = lanes[record.TopicPartition];
        lane.AtEnd = record.IsPartitionEOF;
        if (!record.IsPartitionEOF)
        {
            lane.Records.Enqueue(new(record, TimeOf(record), time.GetTimestamp()));
            Count++;
            Bytes += RecordBuffer.SizeOf(record);
        }
    }

    /// <summary>Records that one partition of one topic has waiting.</summary>
    public int Waiting(TopicPartition partition) => lanes.TryGetValue(partition, out var lane) ? lane.Records.Count : 0;

    /// <summary>Moves the records that may go to the end of a batch, while it is not full.</summary>
    /// <param name="into">The batch.</param>
    /// <param name="partition">Only records of this partition number; null looks at all.</param>
    public void Take(RecordBuffer into, int? partition)
    {
        if (partition is { } one)
        {
            Take(into, neighbours[one]);
            return;
        }

        foreach (var all in neighbours.Values)
        {
            Take(into, all);
        }
    }

    private void Take(RecordBuffer into, Lane[] partition)
    {
        while (!into.Full && Oldest(partition) is { } lane && MayGo(lane, partition))
        {
            var record = lane.Records.Dequeue().Record;
            into.Add(record);
            Count--;
            Bytes -= RecordBuffer.SizeOf(record);
        }
    }

    private static Lane? Oldest(Lane[] partition)
    {
        Lane? oldest = null;
        foreach (var lane in partition)
        {
            if (lane.Records.TryPeek(out var head) && (oldest is null || head.Time < oldest.Records.Peek().Time))
            {
                oldest = lane;
            }
        }

        return oldest;
    }

    private bool MayGo(Lane lane, Lane[] partition)
    {
        var head = lane.Records.Peek();
        if (time.GetUtcNow().ToUnixTimeMilliseconds() - head.Time < live.TotalMilliseconds)
        {
            return true;
        }

        var waited = time.GetElapsedTime(head.Arrived);
        foreach (var other in partition)
        {
            if (other.Records.Count == 0 && waited < (other.AtEnd ? wait : LongestWait))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The header of a message with a time of its own.</summary>
    public static Headers? Headers(DateTimeOffset? at)
    {
        if (at is not { } known)
        {
            return null;
        }

        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, known.ToUnixTimeMilliseconds());
        return new() { { TimeHeader, bytes } };
    }

    private static long TimeOf(ConsumeResult<byte[], byte[]> record) =>
        record.Message.Headers is { } headers && headers.TryGetLastBytes(TimeHeader, out var bytes) && bytes.Length == 8
            ? BinaryPrimitives.ReadInt64BigEndian(bytes)
            : record.Message.Timestamp.UnixTimestampMs;
}
