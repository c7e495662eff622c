using System.ComponentModel.DataAnnotations;

namespace Jianwei.Core.Kafka;

/// <summary>
/// How a stage batches; sections <c>Ingest:Batching</c>, <c>Featurizer:Batching</c>, <c>Scorer:Batching</c>, <c>Alerts:Batching</c>.
/// </summary>
public sealed class StageOptions
{
    /// <summary>Most messages in a batch.</summary>
    [Range(1, 100_000)]
    public int BatchSizeLimit { get; set; } = 4_000;

    /// <summary>
    /// Bytes at which a batch ends before it is full, and beyond which a stage that reads several topics fetches no more of what has run
    /// ahead. The message that reaches it is still taken.
    /// </summary>
    [Range(1024 * 1024, 1024 * 1024 * 1024)]
    public int BytesLimit { get; set; } = 64 * 1024 * 1024;

    /// <summary>How long the first message of a batch waits for company.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan BufferingTimeLimit { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Batches that wait for the handler; when it is full, the partitions are paused.</summary>
    [Range(1, 100)]
    public int QueueLimit { get; set; } = 2;

    /// <summary>
    /// For a stage that reads several topics: how long a message of the past waits for older ones of another topic that is at its end.
    /// Messages younger than an hour do not wait. Zero puts the topics in no order.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan MergeWait { get; set; } = TimeSpan.FromMilliseconds(500);
}
