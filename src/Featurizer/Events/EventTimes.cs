using Confluent.Kafka;
using Jianwei.Core.Contracts;
using Jianwei.Core.Contracts.Raw;

namespace Jianwei.Featurizer.Events;

/// <summary>
/// Which times an event may have. Stream time never goes back, so one observation from the far future would make everything real
/// after it too old to count. The bound comes from the log and not from a clock: the same log is refused and taken the same way
/// whenever it is read.
/// </summary>
public static class EventTimes
{
    /// <summary>
    /// How far after its message's timestamp an event may have been observed: a day more than Ingest lets through, because the broker's
    /// clock may be another than Ingest's.
    /// </summary>
    public static readonly TimeSpan Ahead = TimeSpan.FromDays(2);

    /// <summary>
    /// The latest observed time of an event in a message of that timestamp; a message without one has only the absolute bound.
    /// </summary>
    public static DateTimeOffset Latest(Timestamp sent)
    {
        var most = (long)(RawTime.Latest - DateTimeOffset.UnixEpoch - Ahead).TotalMilliseconds;
        return sent.Type == TimestampType.NotAvailable || sent.UnixTimestampMs >= most ? RawTime.Latest
            : DateTimeOffset.UnixEpoch.AddMilliseconds(Math.Max(0, sent.UnixTimestampMs)) + Ahead;
    }

    /// <summary>What stands against an event's times; empty where nothing does.</summary>
    public static string ProblemOf(CompanyEvent e, DateTimeOffset latest) =>
        e.ObservedTime < RawTime.Earliest || e.ObservedTime > latest
            ? $"observed_time is {RawTime.Format(e.ObservedTime)}; allowed: {RawTime.Format(RawTime.Earliest)} to {RawTime.Format(latest)}"
                + (latest == RawTime.Latest ? "" : $", {Ahead.TotalDays:0} days after the message was sent")
        : e.EventTime < RawTime.Earliest || e.EventTime > e.ObservedTime
            ? $"event_time is {RawTime.Format(e.EventTime)}; allowed: {RawTime.Format(RawTime.Earliest)} to observed_time, {RawTime.Format(e.ObservedTime)}"
        : "";
}
