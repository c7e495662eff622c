using System.ComponentModel.DataAnnotations;
using Jianwei.Core.Hosting;

namespace Jianwei.Simulator.World;

/// <summary>
/// The parameters of the world. They are chosen once, so that the oracles' figures in <c>docs/simulator.md</c> come out, and are never
/// tuned to a model's result; every one is written into the truth's manifest.
/// </summary>
public sealed record WorldOptions
{
    /// <summary>φ: what is left of a deviation of health after a month; the same for companies, sectors and the economy.</summary>
    [Range(0.5, 0.995)]
    public double Persistence { get; init; } = 0.985;

    /// <summary>Stationary standard deviation of a company's own health, without shocks.</summary>
    [Range(0.1, 3.0)]
    public double OwnSpread { get; init; } = 1.6;

    /// <summary>Stationary standard deviation of the economy's factor, at weight 1.</summary>
    [Range(0.0, 2.0)]
    public double MacroSpread { get; init; } = 0.12;

    /// <summary>Stationary standard deviation of each sector's factor, at weight 1.</summary>
    [Range(0.0, 2.0)]
    public double SectorSpread { get; init; } = 0.10;

    /// <summary>Probability a month that a shock hits a company.</summary>
    [Range(0.0, 0.2)]
    public double ShockProbability { get; init; } = 0.004;

    /// <summary>Mean change of health by a shock.</summary>
    [Range(-5.0, 0.0)]
    public double ShockMean { get; init; } = -1.5;

    /// <summary>Standard deviation of that change.</summary>
    [Range(0.0, 3.0)]
    public double ShockSpread { get; init; } = 0.5;

    /// <summary>Share of companies that default in a year, before contagion; the hazard's level is solved for it.</summary>
    [Range(0.001, 0.2)]
    public double AnnualDefaultRate { get; init; } = 0.02;

    /// <summary>β: how much one unit of health lowers the logarithm of the monthly hazard.</summary>
    [Range(0.1, 10.0)]
    public double HazardSlope { get; init; } = 4.0;

    /// <summary>Probability a month that a growing company begins to shrink.</summary>
    [Range(0.001, 0.5)]
    public double GrowthEnds { get; init; } = 0.03;

    /// <summary>Probability a month that a shrinking company begins to grow.</summary>
    [Range(0.001, 0.5)]
    public double GrowthBegins { get; init; } = 0.03;

    /// <summary>Fall of health in the month after the parent's default.</summary>
    [Range(0.0, 5.0)]
    public double ParentDrop { get; init; } = 1.5;

    /// <summary>Fall of health in the month after a guaranteed company's default calls the guarantee.</summary>
    [Range(0.0, 5.0)]
    public double GuaranteeDrop { get; init; } = 1.0;

    /// <summary>Fall of health in the month after the default of a main customer or supplier.</summary>
    [Range(0.0, 5.0)]
    public double SupplierDrop { get; init; } = 0.6;

    /// <summary>Multiplies the slopes of counts and amounts on health.</summary>
    [Range(0.0, 5.0)]
    public double TabularStrength { get; init; } = 0.9;

    /// <summary>Multiplies the slopes of those wordings on health that mean the same for every company.</summary>
    [Range(0.0, 5.0)]
    public double TextStrength { get; init; } = 0.85;

    /// <summary>Multiplies the slopes of those wordings that mean the opposite for growing and for shrinking companies.</summary>
    [Range(0.0, 5.0)]
    public double InteractionStrength { get; init; } = 2.5;

    /// <summary>Multiplies how many events all companies publish.</summary>
    [Range(0.01, 100.0)]
    public double Activity { get; init; } = 1.0;

    /// <summary>Outages of each feed a year, on average.</summary>
    [Range(0.0, 6.0)]
    public double OutagesAYear { get; init; } = 1.5;

    /// <summary>Days on which a register renumbers a region's streets, a year.</summary>
    [Range(0.0, 12.0)]
    public double BulkEditsAYear { get; init; } = 2.0;

    /// <summary>Share of messages that are delivered twice.</summary>
    [Range(0.0, 0.5)]
    public double DuplicateShare { get; init; } = 0.02;

    /// <summary>Share of fines, pledges, arrears and enforcements whose first amount is wrong and is corrected later.</summary>
    [Range(0.0, 0.5)]
    public double CorrectionShare { get; init; } = 0.05;

    /// <summary>What is wrong with them, one sentence each.</summary>
    public IReadOnlyList<string> Problems() => Settings.Problems("World", this);
}
