namespace Jianwei.Simulator.Truth;

/// <summary>How good an oracle is on the rows of a simulation.</summary>
/// <param name="Auc">Over all rows.</param>
/// <param name="AucUncensored">Over the rows whose label the events hold.</param>
/// <param name="AucByYear">By year of the row's as-of; the first year knows little yet.</param>
/// <param name="Calibration">Ten parts of equal size, by score.</param>
public sealed record OracleFigures(
    double? Auc, double? AucUncensored, IReadOnlyList<double?> AucByYear, IReadOnlyList<CalibrationPart> Calibration);

/// <summary>Collects them row by row. Used by one thread at a time.</summary>
internal sealed class OracleTally(int years)
{
    private readonly RankHistogram all = new();
    private readonly RankHistogram uncensored = new();
    private readonly RankHistogram[] byYear = [.. Enumerable.Range(0, years).Select(_ => new RankHistogram())];

    public void Add(double probability, in TruthRow row, int year)
    {
        var positive = row.Label == 1;
        all.Add(probability, positive);
        byYear[year].Add(probability, positive);
        if (row.Censored == 0)
        {
            uncensored.Add(probability, positive);
        }
    }

    public OracleFigures Figures => new(Known(all.Auc), Known(uncensored.Auc), [.. byYear.Select(y => Known(y.Auc))], all.Parts(10));

    // No positives or no negatives: there is nothing to rank.
    private static double? Known(double auc) => double.IsNaN(auc) ? null : Math.Round(auc, 5);
}
