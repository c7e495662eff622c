using System.Globalization;

namespace Jianwei.Ingest.Events;

/// <summary>Numbers in summaries.</summary>
internal static class Figures
{
    /// <summary>Grouped digits, at most two decimals: <c>1,280,000.5</c>.</summary>
    public static string Show(double number) => number.ToString("#,0.##", CultureInfo.InvariantCulture);
}
