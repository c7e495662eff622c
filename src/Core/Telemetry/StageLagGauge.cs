using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Jianwei.Core.Telemetry;

/// <summary><c>jianwei_stage_lag_messages</c>: messages that each stage of this process has been assigned and not yet handled.</summary>
public static class StageLagGauge
{
    private static readonly ConcurrentDictionary<string, long> Lags = new(StringComparer.Ordinal);

    static StageLagGauge() => JianweiMeter.Instance.CreateObservableGauge(
        "jianwei_stage_lag_messages",
        () => Lags.Select(l => new Measurement<long>(l.Value, new KeyValuePair<string, object?>("stage", l.Key))),
        description: "Messages assigned to this process's stages and not yet handled.");

    public static void Set(string stage, long messages) => Lags[stage] = messages;
}
