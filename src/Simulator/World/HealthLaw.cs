using Jianwei.Simulator.Randomness;

namespace Jianwei.Simulator.World;

/// <summary>
/// How health moves: an Ornstein–Uhlenbeck process with jumps, seen at the ends of months. A company's own health is
/// x' = φ·x + σ·ξ + J·(μ + s·ξ') − drops, with J a coin of the shock's probability. The economy's and the sectors' factors have the
/// same φ and no shocks, so the total z = x + a·m + b·f is itself such a process, with the variances added.
/// </summary>
/// <param name="Persistence">φ.</param>
/// <param name="Spread">σ, standard deviation of a month's change.</param>
/// <param name="ShockProbability">A month.</param>
/// <param name="ShockMean">μ.</param>
/// <param name="ShockSpread">s.</param>
public sealed record HealthLaw(double Persistence, double Spread, double ShockProbability, double ShockMean, double ShockSpread)
{
    /// <summary>A company's own health.</summary>
    public static HealthLaw Own(WorldOptions world) => new(world.Persistence, Monthly(world, world.OwnSpread),
        world.ShockProbability, world.ShockMean, world.ShockSpread);

    /// <summary>The total health of a company of a sector, factors included.</summary>
    public static HealthLaw Total(WorldOptions world, Sector sector) => Own(world) with
    {
        Spread = Math.Sqrt(
            Square(Monthly(world, world.OwnSpread))
            + Square(sector.MacroWeight * Monthly(world, world.MacroSpread))
            + Square(sector.SectorWeight * Monthly(world, world.SectorSpread))),
    };

    /// <summary>Standard deviation of a month's change of a process with this stationary one.</summary>
    public static double Monthly(WorldOptions world, double stationary) => stationary * Math.Sqrt(1 - Square(world.Persistence));

    /// <summary>The next month's value.</summary>
    public double Step(double value, double drop, ref RandomStream random)
    {
        var next = (Persistence * value) - drop + (Spread * random.Normal());
        return random.Chance(ShockProbability) ? next + ShockMean + (ShockSpread * random.Normal()) : next;
    }

    /// <summary>Density of the month's change (next − φ·value).</summary>
    public double Density(double change) =>
        ((1 - ShockProbability) * Gaussian(change, Spread))
        + (ShockProbability * Gaussian(change - ShockMean, Math.Sqrt(Square(Spread) + Square(ShockSpread))));

    private static double Gaussian(double x, double spread) => Math.Exp(-0.5 * Square(x / spread)) / (spread * Math.Sqrt(2 * Math.PI));

    private static double Square(double x) => x * x;
}
