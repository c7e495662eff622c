using Jianwei.Simulator.Events;
using Jianwei.Simulator.Randomness;
using Jianwei.Simulator.World;

namespace Jianwei.Simulator.Oracle;

/// <summary>
/// A plain bootstrap particle filter (Gordon, Salmond and Smith 1993) over the same world, written from its laws and not
/// from the grid's tables.
/// </summary>
internal sealed class ParticleFilter(SimulatedWorld world, Visibility visibility, Company company, Life life, List<Occurrence> occurrences)
{
    private readonly EmissionLaw law = new(world.Options);

    /// <summary>Mean over particles of a function of total health at the end of a month, given what had been observed by then.</summary>
    public double Expect(int month, int count, Func<double, double> value, ref RandomStream random)
    {
        var (own, growing, weights) = (new double[count], new bool[count], new double[count]);
        for (var t = 0; t <= month; t++)
        {
            var seen = occurrences.FindAll(o => o.Month == t && o.Observed <= world.Calendar.EndOf(month));
            var exposures = EventSpecs.All
                .Select(s => Feeds.Exposure(s.Feed, company.HeadCount) * world.Calendar.YearsOf(t) * visibility.Of(s.Feed, t, month - t))
                .ToArray();
            var counts = EventSpecs.All.Select(s => seen.Count(o => o.Kind == s.Kind)).ToArray();
            for (var p = 0; p < count; p++)
            {
                own[p] = t == 0 ? world.Start.Draw(ref random) : world.Own.Step(own[p], life.Drops[t], ref random);
                growing[p] = t == 0 ? world.Growth.Start(ref random) : world.Growth.Step(growing[p], ref random);
                weights[p] = LogLikelihood(
                    own[p] + world.Factors.Of(company.Sector, t), GrowthLaw.Sign(growing[p]), exposures, counts, seen);
            }

            Resample(own, growing, weights, ref random);
        }

        return own.Average(x => value(x + world.Factors.Of(company.Sector, month)));
    }

    private double LogLikelihood(double health, int growth, double[] exposures, int[] counts, List<Occurrence> seen)
    {
        var visible = EmissionLaw.Visible(health);
        var log = Math.Log(world.Hazard.Survival(health));
        foreach (var spec in EventSpecs.All)
        {
            if (spec.ARate > 0)
            {
                var mean = exposures[(int)spec.Kind] * Math.Exp(law.LogRate(spec, visible, growth));
                log += (counts[(int)spec.Kind] * Math.Log(mean)) - mean;
            }
        }

        foreach (var occurrence in seen)
        {
            if (occurrence.Spec.Amount is { } amount)
            {
                var deviation = (occurrence.Surprise - law.AmountMean(amount, visible)) / amount.Spread;
                log -= deviation * deviation / 2;
            }

            var place = 0;
            foreach (var choice in WordChoices.Of(occurrence.Spec.Wording))
            {
                var yes = 1 / (1 + Math.Exp(-law.LogOdds(WordChoices.All[choice], visible, growth)));
                log += Math.Log(occurrence.Says(place++) ? yes : 1 - yes);
            }
        }

        return log;
    }

    // Systematic resampling (Kitagawa 1996).
    private static void Resample(double[] own, bool[] growing, double[] logs, ref RandomStream random)
    {
        var top = logs.Max();
        var weights = logs.Select(l => Math.Exp(l - top)).ToArray();
        var (step, sum, taken) = (weights.Sum() / own.Length, 0.0, 0);
        var (oldOwn, oldGrowing) = ((double[])own.Clone(), (bool[])growing.Clone());
        var at = random.Unit() * step;
        for (var p = 0; p < own.Length; p++)
        {
            for (sum += weights[p]; taken < own.Length && at < sum; at += step)
            {
                (own[taken], growing[taken]) = (oldOwn[p], oldGrowing[p]);
                taken++;
            }
        }
    }
}
