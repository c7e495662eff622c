using System.Diagnostics.Metrics;
using Jianwei.Core.Telemetry;
using Jianwei.Featurizer.State;

namespace Jianwei.Featurizer;

/// <summary>What the Featurizer counts.</summary>
public sealed class FeaturizerMetrics
{
    private readonly Counter<long> events = JianweiMeter.Instance.CreateCounter<long>(
        "jianwei_featurizer_events_total", description: "Events read, by what became of them.");

    private readonly Histogram<double> batches = JianweiMeter.Instance.CreateHistogram<double>(
        "jianwei_featurizer_batch_seconds", "s", "Time of a batch from read to durable.");

    private readonly Counter<long> rewinds = JianweiMeter.Instance.CreateCounter<long>(
        "jianwei_featurizer_rewinds_total", description: "Times a partition was read again because Redis held another offset.");

    private readonly Counter<long> gaps = JianweiMeter.Instance.CreateCounter<long>(
        "jianwei_featurizer_gap_total", description: "Offsets of events that were gone before they were read.");

    private readonly long[] totals = new long[Enum.GetValues<Applied>().Length];

    public FeaturizerMetrics()
    {
        rewinds.Add(0);
        gaps.Add(0);
        foreach (var applied in Enum.GetValues<Applied>())
        {
            events.Add(0, new KeyValuePair<string, object?>("applied", Label(applied)));
        }
    }

    /// <summary>Events by outcome since the process started.</summary>
    public long Total(Applied applied) => Interlocked.Read(ref totals[(int)applied]);

    public void Count(Applied applied, int count)
    {
        if (count > 0)
        {
            Interlocked.Add(ref totals[(int)applied], count);
            events.Add(count, new KeyValuePair<string, object?>("applied", Label(applied)));
        }
    }

    public void Batch(TimeSpan elapsed) => batches.Record(elapsed.TotalSeconds);

    /// <summary>So many offsets were gone before they were read.</summary>
    public void Gap(long offsets) => gaps.Add(offsets);

    public void Rewind() => rewinds.Add(1);

    private static string Label(Applied applied) => applied switch
    {
        Applied.Yes => "yes",
        Applied.Before => "before",
        Applied.Duplicate => "duplicate",
        Applied.Expired => "expired",
        _ => "stale_tick",
    };
}
