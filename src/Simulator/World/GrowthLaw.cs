using Jianwei.Simulator.Randomness;

namespace Jianwei.Simulator.World;

/// <summary>Whether a company grows or shrinks: a slow Markov chain that the hazard does not know of.</summary>
/// <param name="Ends">Probability a month that growth ends.</param>
/// <param name="Begins">Probability a month that it begins.</param>
public sealed record GrowthLaw(double Ends, double Begins)
{
    /// <summary>Index of the state in arrays.</summary>
    public const int Shrinking = 0;

    /// <summary>Index of the state in arrays.</summary>
    public const int Growing = 1;

    /// <summary>How many states there are.</summary>
    public const int States = 2;

    /// <summary>Stationary probability of growing.</summary>
    public double Share => Begins / (Begins + Ends);

    public bool Start(ref RandomStream random) => random.Chance(Share);

    public bool Step(bool growing, ref RandomStream random) => random.Chance(growing ? Ends : Begins) ? !growing : growing;

    /// <summary>+1 for a growing company, −1 for a shrinking one.</summary>
    public static int Sign(bool growing) => growing ? 1 : -1;
}
