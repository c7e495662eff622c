using System.Diagnostics.Metrics;
using Jianwei.Core.Telemetry;

namespace Jianwei.Ingest.Telemetry;

/// <summary>The instruments of Ingest.</summary>
internal static class IngestMetrics
{
    public static readonly Counter<long> Messages =
        JianweiMeter.Instance.CreateCounter<long>("jianwei_ingest_messages_total", description: "Raw messages read, by topic.");

    public static readonly Counter<long> Events =
        JianweiMeter.Instance.CreateCounter<long>("jianwei_ingest_events_total", description: "Events written.");

    public static readonly Counter<long> Refused =
        JianweiMeter.Instance.CreateCounter<long>("jianwei_ingest_refused_total",
            description: "Raw messages refused, by topic and reason.");

    public static readonly Histogram<double> Batch =
        JianweiMeter.Instance.CreateHistogram<double>("jianwei_ingest_batch_seconds", "s",
            "From a batch's arrival to its acknowledged events.");
}
