namespace Jianwei.Scorer.Inference;

/// <summary>
/// One calibrated score, in decimals of fixed length: far finer than any model, and coarse enough that the last bit of a
/// kernel (which may depend on how many rows ran together) rarely shows.
/// </summary>
/// <param name="LogOdds">ln(p / (1 - p)), six decimals.</param>
/// <param name="Probability">In (0, 1), twelve decimals.</param>
/// <param name="Band">Index among the manifest's bands.</param>
public readonly record struct Risk(double LogOdds, double Probability, int Band);
