using System.Globalization;

namespace Jianwei.Acceptance.Harness;

/// <summary>Reads Prometheus' text form: value by name with labels.</summary>
internal static class Metrics
{
    public static Dictionary<string, double> Parse(string text) => text.Split('\n')
        .Where(l => l.Length > 0 && l[0] != '#')
        .Select(l => (Line: l, Space: l.LastIndexOf(' ')))
        .ToDictionary(l => l.Line[..l.Space], l => double.Parse(l.Line[(l.Space + 1)..], CultureInfo.InvariantCulture));
}
