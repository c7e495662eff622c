using Jianwei.Simulator.Randomness;
using Jianwei.Simulator.World;

namespace Jianwei.Simulator.Oracle;

/// <summary>How far the latent oracle is from nested simulation, over the companies of a random sample of neighbourhoods.</summary>
/// <param name="Companies">How many.</param>
/// <param name="Paths">Simulated of each neighbourhood, the economy included.</param>
/// <param name="ClosedForm">Mean of the oracle's probabilities.</param>
/// <param name="Nested">Mean share of paths with a default.</param>
/// <param name="RelativeError">Closed form over nested, minus 1.</param>
/// <param name="RelativeNoise">One standard error of that, from the paths alone.</param>
/// <param name="RootMeanSquare">Of a company's error, the simulation's own variance taken off.</param>
public sealed record NestedError(
    int Companies, int Paths, double ClosedForm, double Nested, double RelativeError, double RelativeNoise, double RootMeanSquare);

/// <summary>
/// Simulates whole neighbourhoods a year on, many times, from their true state at a random month: contagion of every order and shared
/// factors as they are. Tied companies, where the oracle is not exact, are reported apart.
/// </summary>
public sealed class NestedCheck(SimulatedWorld world, IReadOnlyList<DefaultCurves> curves)
{
    private readonly record struct Comparison(double ClosedForm, double Nested, bool Tied);

    /// <param name="companies">Companies of the world.</param>
    /// <param name="sample">Neighbourhoods to look at.</param>
    /// <param name="paths">Of each.</param>
    /// <param name="cancellation">Stops it.</param>
    public (NestedError All, NestedError Tied) Run(int companies, int sample, int paths, CancellationToken cancellation)
    {
        var total = (companies + Neighbourhood.Size - 1) / Neighbourhood.Size;
        var found = new Comparison[Math.Min(sample, total)][];
        Parallel.For(0, found.Length, new ParallelOptions { CancellationToken = cancellation }, s =>
        {
            var random = new RandomStream(world.Seed, Purpose.Sample, s);
            found[s] = Compare(
                new(world.Seed, random.Below(total), companies), random.Below(world.Calendar.Months), paths,
                new(world.Seed, Purpose.Nested, s));
        });
        var all = found.SelectMany(f => f).ToList();
        return (Summary(all, paths), Summary(all.FindAll(c => c.Tied), paths));
    }

    private Comparison[] Compare(Neighbourhood neighbourhood, int month, int paths, RandomStream random)
    {
        var companies = neighbourhood.Companies;
        var lives = world.Live(neighbourhood);
        var alive = lives.Select(l => l.AliveAfter(month)).ToArray();
        var health = companies
            .Select((c, i) => alive[i] ? world.Health(c, lives[i], month) - (lives[i].Drops[month + 1] / world.Own.Persistence) : 0)
            .ToArray();
        var defaults = new int[companies.Count];
        var year = new YearAhead(world, companies);
        for (var path = 0; path < paths; path++)
        {
            year.Run(lives, month, alive, defaults, ref random);
        }

        return
        [
            .. Enumerable.Range(0, companies.Count).Where(i => alive[i]).Select(i => new Comparison(
                Contagion.Probability(curves, companies, i, health, alive), defaults[i] / (double)paths, companies[i].Links.Count > 0)),
        ];
    }

    private static NestedError Summary(List<Comparison> found, int paths)
    {
        if (found.Count == 0)
        {
            return new(0, paths, 0, 0, 0, 0, 0);
        }

        var (closed, nested) = (found.Average(c => c.ClosedForm), found.Average(c => c.Nested));
        var variance = found.Average(c => c.Nested * (1 - c.Nested) / (paths - 1));
        var square = found.Average(c => (c.ClosedForm - c.Nested) * (c.ClosedForm - c.Nested)) - variance;
        return new(
            found.Count, paths, closed, nested, (closed / nested) - 1,
            Math.Sqrt(variance / found.Count) / nested, Math.Sqrt(Math.Max(0, square)));
    }

    /// <summary>One path of a neighbourhood, a year on; its arrays are used again for the next.</summary>
    private sealed class YearAhead(SimulatedWorld world, IReadOnlyList<Company> companies)
    {
        private readonly double[] own = new double[companies.Count];
        private readonly double[] drops = new double[companies.Count];
        private readonly int[] defaultedIn = new int[companies.Count];
        private readonly double[] common = new double[Sectors.All.Count];

        public void Run(Life[] lives, int month, bool[] alive, int[] defaults, ref RandomStream random)
        {
            for (var i = 0; i < companies.Count; i++)
            {
                own[i] = lives[i].Own[month];
                drops[i] = lives[i].Drops[month + 1];
                defaultedIn[i] = alive[i] ? int.MaxValue : 0;
            }

            for (var s = 0; s < common.Length; s++)
            {
                common[s] = world.Factors.Of(s, month);
            }

            for (var ahead = 1; ahead <= Calendar.Year; ahead++)
            {
                MoveFactors(ref random);
                Step(ahead, defaults, ref random);
                Spread(ahead);
            }
        }

        private void MoveFactors(ref RandomStream random)
        {
            var options = world.Options;
            var macro = HealthLaw.Monthly(options, options.MacroSpread) * random.Normal();
            for (var s = 0; s < common.Length; s++)
            {
                var sector = Sectors.All[s];
                common[s] = (options.Persistence * common[s]) + (sector.MacroWeight * macro)
                    + (sector.SectorWeight * HealthLaw.Monthly(options, options.SectorSpread) * random.Normal());
            }
        }

        private void Step(int ahead, int[] defaults, ref RandomStream random)
        {
            for (var i = 0; i < companies.Count; i++)
            {
                if (defaultedIn[i] != int.MaxValue)
                {
                    continue;
                }

                own[i] = world.Own.Step(own[i], drops[i], ref random);
                if (random.Chance(world.Hazard.Of(own[i] + common[companies[i].Sector])))
                {
                    defaultedIn[i] = ahead;
                    defaults[i]++;
                }
            }
        }

        private void Spread(int ahead)
        {
            for (var i = 0; i < companies.Count; i++)
            {
                drops[i] = 0;
                foreach (var link in companies[i].Links)
                {
                    drops[i] += defaultedIn[link.Other] == ahead ? world.Links.Drop(link.Kind) : 0;
                }
            }
        }
    }
}
