using Jianwei.Simulator.Events;
using Jianwei.Simulator.Oracle;
using Jianwei.Simulator.Truth;
using Jianwei.Simulator.World;

namespace Jianwei.Simulator;

/// <summary>Companies of a world with what the oracles say of them at the end of some months.</summary>
internal sealed class Population
{
    public static readonly Sight[] Sights = [Sight.All, Sight.Tabular, Sight.Text, Sight.Tabular | Sight.DirectWords];

    private Population(WorldOptions options, ulong seed, int months)
    {
        World = new(options, seed, new(new(2021, 1, 1), months));
        Outages = new(options, seed, World.Calendar);
        Model = new(World, Outages, OracleModel.CurvesOf(World));
    }

    public SimulatedWorld World { get; }

    public Outages Outages { get; }

    public OracleModel Model { get; }

    public List<Row> Rows { get; } = [];

    public static Population Of(WorldOptions options, ulong seed, int companies, int months, params int[] at)
    {
        var population = new Population(options, seed, months);
        Parallel.For(0, companies / Neighbourhood.Size, n =>
        {
            var rows = population.RowsOf(new(seed, n, companies), at);
            lock (population.Rows)
            {
                population.Rows.AddRange(rows);
            }
        });
        return population;
    }

    public static Population Empty(WorldOptions options, ulong seed, int months) => new(options, seed, months);

    public double Auc(Func<Row, double> score)
    {
        var ranks = new RankHistogram();
        foreach (var row in Rows)
        {
            ranks.Add(score(row), row.Defaulted);
        }

        return ranks.Auc;
    }

    public List<Occurrence>[] Occurrences(Neighbourhood neighbourhood, Life[] lives)
    {
        var source = new OccurrenceSource(World, Outages);
        return [.. neighbourhood.Companies.Select((c, i) => source.Draw(c, lives[i]))];
    }

    private List<Row> RowsOf(Neighbourhood neighbourhood, int[] at)
    {
        var lives = World.Live(neighbourhood);
        var occurrences = Occurrences(neighbourhood, lives);
        var oracle = new NeighbourhoodOracle(Model);
        var latent = oracle.Know(neighbourhood, lives);
        var seen = Sights.Select(s => oracle.Observe(neighbourhood, lives, occurrences, s)).ToArray();
        return
        [
            .. from month in at
               from i in Enumerable.Range(0, lives.Length)
               where lives[i].AliveAfter(month)
               select new Row(latent[i][month], [.. seen.Select(s => (double)s[i][month])], !lives[i].AliveAfter(month + Calendar.Year)),
        ];
    }

    /// <param name="Latent">Probability given health.</param>
    /// <param name="Seen">By <see cref="Sights"/>.</param>
    /// <param name="Defaulted">What came.</param>
    internal sealed record Row(double Latent, double[] Seen, bool Defaulted);
}
