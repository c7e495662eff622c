using Jianwei.Core.Models;

namespace Jianwei.Scorer.Inference;

/// <summary>Turns raw logits into calibrated risk as the manifest says: Platt scaling, probability, band.</summary>
public sealed class RiskScale
{
    /// <summary>Log-odds are held within ± this (odds of 1 : 500 million), so that a probability never rounds to 0 or 1.</summary>
    public const double LogOddsLimit = 20;

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
        // The double nearest to the decimal: what a reader of the decimal's text gets.
        var logOdds = Math.Round(Math.Clamp(_calibration.LogOdds(logit), -LogOddsLimit, LogOddsLimit) * 1e6) / 1e6;
        var probability = Math.Round(1e12 / (1 + Math.Exp(-logOdds))) / 1e12;
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
