using System.Globalization;

namespace Jianwei.Simulator.Truth;

/// <summary>Who defaults in a simulated world, and when: <c>truth/outcomes.csv</c>.</summary>
public static class KnownDefaults
{
    /// <summary>Company id (<c>SCHEME:ID</c>) to its default, those up to a year after the last event included.</summary>
    /// <param name="simulation">Folder of a simulation with <c>--truth</c>.</param>
    /// <exception cref="IOException">There is none.</exception>
    public static IReadOnlyDictionary<string, KnownDefault> Read(string simulation) =>
        File.ReadLines(Path.Combine(simulation, "truth", "outcomes.csv")).Skip(1).Select(line => line.Split(','))
            .ToDictionary(f => f[1], f => new KnownDefault(
                DateTimeOffset.Parse(f[2], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal), f[4] == "1"));
}

/// <param name="At">Day of the default.</param>
/// <param name="InEvents">Whether it happens while the world sends events; if not, it is in the year after.</param>
public readonly record struct KnownDefault(DateTimeOffset At, bool InEvents);
