using Jianwei.Simulator.World;

namespace Jianwei.Simulator.Events;

/// <summary>
/// What health and growth do to events: the one place that the generator and the oracles both read. Health shows through
/// v = 4·tanh(z / 4), so that the worst companies do not drown in events.
/// </summary>
public sealed class EmissionLaw(WorldOptions world)
{
    private const double Limit = 4;

    public static double Visible(double health) => Limit * Math.Tanh(health / Limit);

    /// <summary>Logarithm of the events a year of a kind, at exposure 1; not for kinds that are not random.</summary>
    public double LogRate(EventSpec spec, double visible, int growth) => Math.Log(spec.ARate * world.Activity)
        + (world.TabularStrength * spec.Health * visible) + (spec.Growth * growth);

    /// <summary>Log-odds of "yes".</summary>
    public double LogOdds(WordChoice choice, double visible, int growth) => choice.Bias
        + (((world.TextStrength * choice.Direct) + (world.InteractionStrength * choice.Interaction * growth)) * visible);

    /// <summary>Mean of the amount's logarithm beyond what size and sector let expect.</summary>
    public double AmountMean(AmountLaw law, double visible) => world.TabularStrength * law.Health * visible;
}
