using Confluent.Kafka;
using Jianwei.Core.Kafka;

namespace Jianwei.Core.Tests.Kafka;

public sealed class TopicMergeTests
{
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(500);
    private static readonly DateTimeOffset Past = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly Clock clock = new();
    private readonly TopicMerge merge;
    private readonly RecordBuffer taken = new(100, long.MaxValue);
    private readonly List<ConsumeResult<byte[], byte[]>> all = [];
    private int offset;

    public TopicMergeTests()
    {
        merge = new(Wait, TimeSpan.FromHours(1), clock);
        merge.Assign([new("a", 0), new("b", 0), new("a", 1), new("b", 1)]);
    }

    [Fact]
    public void HistoryOfTwoTopics_GoesInOrderOfTime()
    {
        Add("a", 0, 1);
        Add("a", 0, 4);
        Add("b", 0, 2);
        Add("b", 0, 3);
        Add("b", 0, 9);
        Assert.Equal([1, 2, 3, 4], Days());
    }

    [Fact]
    public void TopicThatHasSaidNothing_HoldsTheOtherUp()
    {
        Add("a", 0, 1);
        Assert.Empty(Days());
        End("b", 0);
        Assert.Empty(Days());
        clock.Advance(Wait);
        Assert.Equal([1], Days());
    }

    [Fact]
    public void PartitionsDoNotWaitForEachOther()
    {
        Add("a", 1, 5);
        Add("b", 1, 6);
        Assert.Equal([5], Days());
    }

    [Fact]
    public void SilentTopic_HoldsUpTenSecondsAtMost()
    {
        Add("a", 0, 1);
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal([1], Days());
    }

    [Fact]
    public void LiveMessage_WaitsForNothing()
    {
        merge.Add(Record("a", 0, clock.GetUtcNow().AddMinutes(-1)));
        merge.Take(taken, 0);
        Assert.Equal(1, taken.Count);
    }

    [Fact]
    public void MessageWithoutHeader_GoesByKafkasTimestamp()
    {
        var record = Record("a", 0, Past);
        record.Message.Headers = null;
        record.Message.Timestamp = new(clock.GetUtcNow());
        merge.Add(record);
        merge.Take(taken, null);
        Assert.Equal(1, taken.Count);
    }

    [Fact]
    public void Batch_ThatIsFullTakesNoMore()
    {
        Add("a", 0, 1);
        Add("a", 0, 2);
        Add("b", 0, 3);
        var small = new RecordBuffer(1, long.MaxValue);
        merge.Take(small, null);
        Assert.Equal(1, small.Count);
        Assert.Equal(2, merge.Count);
        Assert.Equal(1, merge.Waiting(new("a", 0)));
    }

    [Fact]
    public void Batch_ThatHasItsBytesTakesNoMore()
    {
        Add("a", 0, 1, bytes: 1_000);
        Add("a", 0, 2, bytes: 1_000);
        Add("a", 0, 3, bytes: 1_000);
        Add("b", 0, 4);
        var small = new RecordBuffer(100, 2_000);
        merge.Take(small, null);
        Assert.Equal(2, small.Count);
        Assert.InRange(merge.Bytes, 1_000, 2_000);
        merge.Assign([new("a", 0)]);
        Assert.Equal(0, merge.Bytes);
    }

    private void Add(string topic, int partition, int day, int bytes = 0) => merge.Add(Record(topic, partition, Past.AddDays(day), bytes));

    private void End(string topic, int partition) =>
        merge.Add(new() { Topic = topic, Partition = partition, Offset = offset, IsPartitionEOF = true });

    private ConsumeResult<byte[], byte[]> Record(string topic, int partition, DateTimeOffset at, int bytes = 0) => new()
    {
        Topic = topic, Partition = partition, Offset = offset++,
        Message = new() { Value = new byte[bytes], Headers = TopicMerge.Headers(at) }
    };

    private int[] Days()
    {
        merge.Take(taken, null);
        all.AddRange(taken.Take());
        return [.. all.Select(r => (int)Math.Round((DateTimeOffset.FromUnixTimeMilliseconds(
            System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(r.Message.Headers.GetLastBytes(TopicMerge.TimeHeader)))
            - Past).TotalDays))];
    }
}
