using Confluent.Kafka;

namespace Jianwei.Core.Kafka;

/// <summary>
/// The records that the poll thread has read and not yet handed over: in the order of reading, or, with a merge, of their time.
/// Pauses a partition that has run far ahead of the others, in records or in bytes of all. Belongs to the poll thread.
/// </summary>
internal sealed class Inbox(IConsumer<byte[], byte[]> consumer, TopicMerge? merge, StageOptions batching, TimeProvider time)
{
    /// <summary>The longest wait for a record; between two waits everything else is looked at.</summary>
    public static readonly TimeSpan IdlePoll = TimeSpan.FromMilliseconds(100);

    private const int AheadLimit = 5_000;
    private static readonly TimeSpan MergePoll = TimeSpan.FromMilliseconds(10);
    private readonly HashSet<TopicPartition> paused = [];
    private readonly RecordBuffer records = new(batching.BatchSizeLimit, batching.BytesLimit);
    private long first;

    /// <summary>The epoch that the records belong to.</summary>
    public int Epoch { get; private set; }

    /// <summary>The batch is to be handed over now: it is full, or its first record has waited long enough.</summary>
    public bool Due => records.Full || (records.Count > 0 && Left <= TimeSpan.Zero);

    /// <summary>
    /// How long to wait for the next record. Never negative, since the client takes -1 ms for a wait without end; and short, since nothing
    /// else is looked at meanwhile.
    /// </summary>
    public TimeSpan Patience
    {
        get
        {
            var most = merge is { Count: > 0 } ? MergePoll : IdlePoll;
            var left = records.Count > 0 ? Left : most;
            return left < TimeSpan.Zero ? TimeSpan.Zero : left < most ? left : most;
        }
    }

    private TimeSpan Left => batching.BufferingTimeLimit - time.GetElapsedTime(first);

    /// <summary>Drops everything: it will be read again, or belongs to somebody else.</summary>
    public void Reset(int epoch)
    {
        Epoch = epoch;
        _ = records.Take();
        ResumeAll();
        merge?.Assign(consumer.Assignment);
    }

    /// <summary>Takes in what was read, which may be nothing or the end of a partition.</summary>
    public void Add(ConsumeResult<byte[], byte[]>? record)
    {
        var before = records.Count;
        if (merge is null)
        {
            if (record is { IsPartitionEOF: false })
            {
                records.Add(record);
            }
        }
        else
        {
            Merge(merge, record);
        }

        if (before == 0 && records.Count > 0)
        {
            first = time.GetTimestamp();
        }
    }

    /// <summary>The records, which are the caller's now.</summary>
    public List<ConsumeResult<byte[], byte[]>> Take() => records.Take();

    /// <summary>Fetches nothing until <see cref="ResumeAll"/>.</summary>
    public void PauseAll()
    {
        var assigned = consumer.Assignment;
        consumer.Pause(assigned);
        paused.UnionWith(assigned);
    }

    /// <summary>
    /// Fetches again. The client keeps a partition paused that leaves and comes back, so one that is not assigned now stays
    /// known as paused until it is.
    /// </summary>
    public void ResumeAll() => Resume(_ => true);

    /// <summary>
    /// Resumes whatever is not paused here: the client can drop a resume and keep a partition paused for ever, in silence
    /// (https://github.com/confluentinc/librdkafka/issues/5591). It does nothing to a partition that runs.
    /// </summary>
    public void ResumeForgotten()
    {
        if (consumer.Assignment.Where(p => !paused.Contains(p)).ToList() is [_, ..] free)
        {
            consumer.Resume(free);
        }
    }

    private void Merge(TopicMerge into, ConsumeResult<byte[], byte[]>? record)
    {
        if (record is not null)
        {
            into.Add(record);
        }

        into.Take(records, record is { IsPartitionEOF: false } ? record.Partition.Value : null);

        // A partition with nothing waiting is never paused: the others may be waiting for it.
        if (record is not null && Ahead(into, record.TopicPartition) && paused.Add(record.TopicPartition))
        {
            consumer.Pause([record.TopicPartition]);
        }

        if (paused.Count > 0)
        {
            Resume(p => into.Waiting(p) == 0 || (into.Waiting(p) < AheadLimit / 2 && into.Bytes < batching.BytesLimit / 2));
        }
    }

    private bool Ahead(TopicMerge into, TopicPartition partition) =>
        into.Waiting(partition) is > 0 and var waiting && (waiting > AheadLimit || into.Bytes > batching.BytesLimit);

    private void Resume(Func<TopicPartition, bool> which)
    {
        if (paused.Count > 0 && consumer.Assignment.Where(p => paused.Contains(p) && which(p)).ToList() is [_, ..] resumed)
        {
            consumer.Resume(resumed);
            paused.ExceptWith(resumed);
        }
    }
}
