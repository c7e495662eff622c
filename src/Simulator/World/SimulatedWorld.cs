using Jianwei.Simulator.Randomness;

namespace Jianwei.Simulator.World;

/// <summary>The world's laws and common history, shared by all threads and never changed; it brings neighbourhoods to life.</summary>
public sealed class SimulatedWorld
{
    private const int LastDefaultDay = 19;
    private const int LongestSilence = 8;

    public SimulatedWorld(WorldOptions options, ulong seed, Calendar calendar)
    {
        Options = options;
        Seed = seed;
        Calendar = calendar;
        Start = InitialHealth.Calibrate(options);
        Hazard = Start.Hazard;
        Own = HealthLaw.Own(options);
        Growth = new(options.GrowthEnds, options.GrowthBegins);
        Links = new(options);
        Factors = new(options, seed, calendar.LabelMonths);
    }

    public WorldOptions Options { get; }

    public ulong Seed { get; }

    public Calendar Calendar { get; }

    public InitialHealth Start { get; }

    public HazardLaw Hazard { get; }

    public HealthLaw Own { get; }

    public GrowthLaw Growth { get; }

    public LinkLaw Links { get; }

    public FactorPaths Factors { get; }

    /// <summary>Total health z of a company in a month.</summary>
    public double Health(Company company, Life life, int month) => life.Own[month] + Factors.Of(company.Sector, month);

    /// <summary>The lives of a neighbourhood's companies, a year beyond the events.</summary>
    public Life[] Live(Neighbourhood neighbourhood)
    {
        var lives = neighbourhood.Companies.Select(_ => new Life(Calendar.LabelMonths)).ToArray();
        for (var month = 0; month < Calendar.LabelMonths; month++)
        {
            for (var i = 0; i < lives.Length; i++)
            {
                Step(neighbourhood.Companies[i], lives[i], month);
            }

            Spread(neighbourhood, lives, month);
        }

        return lives;
    }

    private void Step(Company company, Life life, int month)
    {
        if (life.DefaultMonth < month)
        {
            return;
        }

        if (month == 0)
        {
            var start = new RandomStream(Seed, Purpose.Start, company.Number);
            life.Own[0] = Start.Draw(ref start);
            life.Growing[0] = Growth.Start(ref start);
        }

        var random = new RandomStream(Seed, Purpose.Health, company.Number, month);
        if (month > 0)
        {
            life.Own[month] = Own.Step(life.Own[month - 1], life.Drops[month], ref random);
            life.Growing[month] = Growth.Step(life.Growing[month - 1], ref random);
        }

        if (random.Chance(Hazard.Of(Health(company, life, month))))
        {
            life.DefaultMonth = month;
            life.DefaultTime = Calendar.Start(month) + (long)(random.Unit() * LastDefaultDay * Calendar.Day);
            life.DefaultKnown = life.DefaultTime + 3_600 + (long)(random.Unit() * LongestSilence * Calendar.Day);
        }
    }

    // Who defaulted this month takes health off the tied ones in the next.
    private void Spread(Neighbourhood neighbourhood, Life[] lives, int month)
    {
        for (var i = 0; i < lives.Length; i++)
        {
            foreach (var link in neighbourhood.Companies[i].Links)
            {
                lives[i].Drops[month + 1] += lives[link.Other].DefaultMonth == month ? Links.Drop(link.Kind) : 0;
            }
        }
    }
}
