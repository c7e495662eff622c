using System.Diagnostics.Metrics;
using Jianwei.Alerts.Delivery;
using Jianwei.Core.Telemetry;

namespace Jianwei.Alerts.Telemetry;

/// <summary>Instruments of delivery.</summary>
public static class DeliveryMetrics
{
    private static readonly Counter<long> Attempts = JianweiMeter.Instance.CreateCounter<long>(
        "jianwei_deliveries_attempts_total", description: "Attempts, by channel and outcome: delivered, retry, failed.");

    private static readonly Histogram<double> Seconds = JianweiMeter.Instance.CreateHistogram<double>(
        "jianwei_deliveries_seconds", "s", "Time of an attempt, by channel.");

    private static readonly Counter<long> Published = JianweiMeter.Instance.CreateCounter<long>(
        "jianwei_deliveries_published_total", description: "Deliveries put on the bus, repetitions included.");

    private static long pending;

    static DeliveryMetrics() => JianweiMeter.Instance.CreateObservableGauge(
        "jianwei_deliveries_pending", () => Interlocked.Read(ref pending),
        description: "Deliveries that are not finished, in the whole database.");

    public static void Attempted(string channel, DeliveryAttempt attempt)
    {
        Attempts.Add(1, new("channel", channel), new("outcome", attempt.Outcome));
        Seconds.Record(attempt.Duration.TotalSeconds, new KeyValuePair<string, object?>("channel", channel));
    }

    public static void Put(int count) => Published.Add(count);

    public static void Pending(long count) => Interlocked.Exchange(ref pending, count);
}
