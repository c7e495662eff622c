namespace Jianwei.Simulator.World;

/// <summary>What never changes about a company, and what everybody can know of it from its first registration.</summary>
/// <param name="Number">From 0; its id on the wire comes from it.</param>
/// <param name="Sector">Index in <see cref="Sectors.All"/>.</param>
/// <param name="Region">Index of its city in the grammar.</param>
/// <param name="FoundedDaysBefore">Age at the start of the world, in days.</param>
/// <param name="HeadCount">People at the start.</param>
/// <param name="Capital">Registered capital at the start, CNY.</param>
/// <param name="ReportMonth">Month of the year, from 0, in which it files its annual report.</param>
/// <param name="Links">Its ties.</param>
public sealed record Company(
    int Number, int Sector, int Region, int FoundedDaysBefore, int HeadCount, double Capital, int ReportMonth, IReadOnlyList<Link> Links)
{
    /// <summary>Scheme of simulated ids.</summary>
    public const string Scheme = "X-SIM";

    /// <summary>The id on the wire.</summary>
    public string Id => Number.ToString("D9", System.Globalization.CultureInfo.InvariantCulture);
}
