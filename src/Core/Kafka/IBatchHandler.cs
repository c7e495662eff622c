using Confluent.Kafka;

namespace Jianwei.Core.Kafka;

/// <summary>
/// What a stage does with a batch. <see cref="StageLoop"/> calls it with one batch at a time and commits the batch's offsets
/// after it returns, so it returns only when every effect is durable and every message it sent is acknowledged.
/// </summary>
/// <remarks>
/// It throws a retryable exception (see <see cref="Failures.Failure"/>) to be called again with the same batch after a
/// pause, <see cref="RewindException"/> to start again from other offsets, and anything else to stop the process. A poison
/// record is its own to dead-letter and step over.
/// </remarks>
public interface IBatchHandler
{
    /// <summary>Called when partitions were given away or lost; what is kept of them in memory is to be dropped.</summary>
    void Revoked(IReadOnlyList<TopicPartition> partitions)
    {
    }

    /// <summary>Makes the batch's effects durable.</summary>
    Task HandleAsync(IReadOnlyList<ConsumeResult<byte[], byte[]>> batch, CancellationToken cancellation);
}

/// <summary>The stage must read again from these offsets: what it knew of its durable state was wrong (fail-over, stale owner).</summary>
public sealed class RewindException(string message, IReadOnlyList<TopicPartitionOffset> offsets) : Exception(message)
{
    public IReadOnlyList<TopicPartitionOffset> Offsets { get; } = offsets;
}
