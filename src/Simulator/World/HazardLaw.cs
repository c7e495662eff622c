namespace Jianwei.Simulator.World;

/// <summary>
/// Default in a month of health z has probability h(z) = 1 − exp(−exp(α − β·z)): a proportional hazard that is constant within
/// the month (complementary log-log; Prentice and Gloeckler 1978).
/// </summary>
/// <param name="Level">α.</param>
/// <param name="Slope">β.</param>
public sealed record HazardLaw(double Level, double Slope)
{
    public double Of(double health) => -double.ExpM1(-Math.Exp(Level - (Slope * health)));

    /// <summary>Probability of no default in the month.</summary>
    public double Survival(double health) => Math.Exp(-Math.Exp(Level - (Slope * health)));
}
