namespace Jianwei.Simulator.Truth;

/// <summary>
/// Counts of positives and negatives by score, from which the area under the ROC curve and calibration come in memory that does not
/// grow with the rows. Scores are sorted into bins of log-odds that are 1/1,000 wide; ties within a bin count one half.
/// </summary>
public sealed class RankHistogram
{
    private const int Bins = 40_000;
    private const double Limit = 20;

    private readonly long[] positives = new long[Bins];
    private readonly long[] negatives = new long[Bins];
    private readonly double[] expected = new double[Bins];

    /// <summary>Adds a row.</summary>
    /// <param name="probability">The score, in (0, 1).</param>
    /// <param name="positive">What came.</param>
    public void Add(double probability, bool positive)
    {
        var odds = Math.Log(probability / (1 - probability));
        var bin = (int)Math.Clamp((odds + Limit) / (2 * Limit) * Bins, 0, Bins - 1);
        (positive ? positives : negatives)[bin]++;
        expected[bin] += probability;
    }

    public long Positives => positives.Sum();

    public long Rows => Positives + negatives.Sum();

    /// <summary>P(a positive scores above a negative), ties half (Hanley and McNeil 1982); NaN without one of both.</summary>
    public double Auc
    {
        get
        {
            var (below, sum) = (0.0, 0.0);
            for (var bin = 0; bin < Bins; bin++)
            {
                sum += positives[bin] * (below + (0.5 * negatives[bin]));
                below += negatives[bin];
            }

            return sum / (below * Positives);
        }
    }

    /// <summary>Rows in order of score, cut into parts of about equal size.</summary>
    public IReadOnlyList<CalibrationPart> Parts(int count)
    {
        var parts = new List<CalibrationPart>();
        var (rows, hits, sum, target) = (0L, 0L, 0.0, Rows / (double)count);
        for (var bin = 0; bin < Bins; bin++)
        {
            rows += positives[bin] + negatives[bin];
            hits += positives[bin];
            sum += expected[bin];
            if (rows >= target || (bin == Bins - 1 && rows > 0))
            {
                parts.Add(new(rows, sum / rows, hits / (double)rows));
                (rows, hits, sum) = (0, 0, 0);
            }
        }

        return parts;
    }
}

/// <summary>A part of the rows that have about the same score.</summary>
/// <param name="Rows">How many.</param>
/// <param name="Expected">Mean score.</param>
/// <param name="Observed">Share that defaulted.</param>
public readonly record struct CalibrationPart(long Rows, double Expected, double Observed);
