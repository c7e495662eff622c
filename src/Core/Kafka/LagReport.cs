using Confluent.Kafka;
using Jianwei.Core.Telemetry;

namespace Jianwei.Core.Kafka;

/// <summary>Sets the gauge of a stage's lag, now and then. Belongs to the poll thread, which it can hold up while it asks.</summary>
internal sealed class LagReport(string stage, Backlog backlog, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan IntervalWhenPaused = TimeSpan.FromSeconds(3);
    private long reported;
    private bool unknown;

    /// <param name="epoch">Changes with the assignment.</param>
    /// <param name="next">Next offset to handle of the partitions that were read.</param>
    /// <param name="paused">Nothing is fetched now, so the brokers have to be asked.</param>
    public void Tell(int epoch, IReadOnlyDictionary<TopicPartition, Offset> next, bool paused)
    {
        if (time.GetElapsedTime(reported) < (unknown || paused ? IntervalWhenPaused : Interval))
        {
            return;
        }

        unknown = true;
        try
        {
            StageLagGauge.Set(stage, backlog.Count(epoch, next, paused));
            unknown = false;
        }
        catch (KafkaException)
        {
            // A partition without a leader: the gauge keeps what it has, and it is not asked often, as asking holds up the others.
        }

        reported = time.GetTimestamp();
    }
}
