using System.Diagnostics.Metrics;

namespace Jianwei.Core.Telemetry;

/// <summary>The meter that every instrument of the program belongs to; <c>/metrics</c> shows it.</summary>
public static class JianweiMeter
{
    public const string Name = "Jianwei";

    public static Meter Instance { get; } = new(Name);
}
