namespace Jianwei.Core.Kafka;

/// <summary>Pauses between tries of the same batch: 200 ms, doubling, at most 10 s.</summary>
public static class RetrySchedule
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    public static TimeSpan First { get; } = TimeSpan.FromMilliseconds(200);

    public static TimeSpan After(TimeSpan pause) => pause * 2 < Longest ? pause * 2 : Longest;
}
