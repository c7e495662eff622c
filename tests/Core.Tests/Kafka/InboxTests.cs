using Confluent.Kafka;
using NSubstitute;

namespace Jianwei.Core.Kafka;

public sealed class InboxTests
{
    private const int Large = 300_000;
    private static readonly TopicPartition A = new("a", 0);
    private static readonly TopicPartition B = new("b", 0);
    private static readonly DateTimeOffset Past = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly IConsumer<byte[], byte[]> consumer = Substitute.For<IConsumer<byte[], byte[]>>();
    private readonly HashSet<TopicPartition> paused = [];
    private int offset;

    public InboxTests()
    {
        consumer.Assignment.Returns([A, B]);
        consumer.When(c => c.Pause(Arg.Any<IEnumerable<TopicPartition>>())).Do(c => paused.UnionWith(c.Arg<IEnumerable<TopicPartition>>()));
        consumer.When(c => c.Resume(Arg.Any<IEnumerable<TopicPartition>>()))
            .Do(c => paused.ExceptWith(c.Arg<IEnumerable<TopicPartition>>()));
    }

    private static StageOptions Small => new() { BytesLimit = 1024 * 1024 };

    [Fact]
    public void Batch_EndsAtItsBytes()
    {
        var inbox = new Inbox(consumer, null, Small, new Clock());
        for (var i = 0; i < 3; i++)
            inbox.Add(Record(A, i, Large));
        Assert.False(inbox.Due);
        inbox.Add(Record(A, 4, Large));
        Assert.True(inbox.Due);
        Assert.Equal(4, inbox.Take().Count);
        Assert.False(inbox.Due);
    }

    // The client takes a wait of -1 ms for one without end: a batch would lie here until another message comes.
    [Fact]
    public void Patience_OfABatchThatIsOverdue_IsNone()
    {
        var clock = new Clock();
        var inbox = new Inbox(consumer, null, new() { BufferingTimeLimit = TimeSpan.FromMilliseconds(10) }, clock);
        Assert.True(inbox.Patience > TimeSpan.Zero);
        inbox.Add(Record(A, 1, 10));
        clock.Advance(TimeSpan.FromMilliseconds(4));
        Assert.False(inbox.Due);
        Assert.Equal(TimeSpan.FromMilliseconds(6), inbox.Patience);

        clock.Advance(TimeSpan.FromMilliseconds(7));
        Assert.True(inbox.Due);
        Assert.Equal(TimeSpan.Zero, inbox.Patience);
    }

    // Ctrl-C, a rewind and brokers that come back are looked at between two waits.
    [Fact]
    public void Patience_OfABatchThatMayWaitLong_IsShort()
    {
        var inbox = new Inbox(consumer, null, new() { BufferingTimeLimit = TimeSpan.FromMinutes(1) }, new Clock());
        inbox.Add(Record(A, 1, 10));
        Assert.False(inbox.Due);
        Assert.InRange(inbox.Patience, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1));
    }

    // B has said nothing yet, so A's messages wait: not more of them than the bytes allow.
    [Fact]
    public void Partition_ThatHoldsTooManyBytesIsPausedUntilTheyHaveGone()
    {
        var inbox = Merging();
        var held = 0;
        for (var i = 0; i < 100 && !paused.Contains(A); i++, held++)
            inbox.Add(Record(A, i, Large));
        Assert.Equal(4, held);
        Assert.DoesNotContain(B, paused);

        inbox.Add(Record(B, 90, 10));
        Assert.Equal(4, inbox.Take().Count);
        inbox.Add(null);
        Assert.DoesNotContain(A, paused);
    }

    // What the others wait for is read on, however much they hold.
    [Fact]
    public void Partition_ThatHasNothingWaitingIsReadOn()
    {
        var inbox = Merging();
        for (var i = 0; i < 4; i++)
            inbox.Add(Record(A, i + 10, Large));
        Assert.Equal([A], paused);

        inbox.Add(Record(B, 1, Large));
        Assert.Single(inbox.Take());
        Assert.Equal([A], paused);
        inbox.Add(Record(B, 50, Large));
        Assert.Equal(4, inbox.Take().Count);
        inbox.Add(null);
        Assert.Empty(paused);
    }

    // B was paused by nobody here: the client did it, or dropped a resume.
    [Fact]
    public void Partition_ThatIsPausedAndNotHeldIsResumed()
    {
        var inbox = Merging();
        for (var i = 0; i < 4; i++)
            inbox.Add(Record(A, i, Large));
        paused.Add(B);

        inbox.ResumeForgotten();

        Assert.Equal([A], paused);
    }

    private Inbox Merging()
    {
        var inbox = new Inbox(
            consumer, new(TimeSpan.FromSeconds(5), TimeSpan.FromHours(1), TimeProvider.System), Small, TimeProvider.System);
        inbox.Reset(1);
        return inbox;
    }

    private ConsumeResult<byte[], byte[]> Record(TopicPartition partition, int day, int bytes) => new()
    {
        TopicPartitionOffset = new(partition, offset++),
        Message = new() { Value = new byte[bytes], Headers = TopicMerge.Headers(Past.AddDays(day)) },
    };
}
