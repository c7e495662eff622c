using Jianwei.Core.Models;

namespace Jianwei.Scorer.Inference;

/// <summary>Turns raw logits into calibrated risk as the manifest says: Platt scaling, probability, band.</summary>
public sealed class RiskScale
{
    /// <summary>Log-odds are held within ± this, so that the probability in double precision stays inside (0, 1).</summary>
    public const double LogOddsLimit = 30;

    private readonly Calibration _calibration;
    private readonly double[] _fire;

    public RiskScale(ModelManifest manifest)
    {
        _calibration = manifest.Calibration;
        _fire = [.. manifest.Bands.Skip(1).Select(band => band.Fire!.Value)];
    }

    /// <summary>The risk of one raw logit; NaN stays NaN.</summary>
    public Risk Of(float logit)
    {
        var logOdds = Math.Clamp(_calibration.LogOdds(logit), -LogOddsLimit, LogOddsLimit);
        var probability = 1 / (1 + Math.Exp(-logOdds));
        return new Risk(logOdds, probability, BandOf(probability));
    }

    // As ModelManifest.BandOf, without looking anything up.
    private int BandOf(double probability)
    {
        var band = 0;
        while (band < _fire.Length && probability >= _fire[band])
        {
            band++;
        }

        return band;
    }
}

/// <summary>One calibrated score.</summary>
/// <param name="LogOdds">ln(p / (1 - p)).</param>
/// <param name="Probability">In (0, 1).</param>
/// <param name="Band">Index among the manifest's bands.</param>
public readonly record struct Risk(double LogOdds, double Probability, int Band);
