using Jianwei.Simulator.Events;
using Jianwei.Simulator.Narration;
using Jianwei.Simulator.Oracle;
using Jianwei.Simulator.Truth;
using Jianwei.Simulator.World;

namespace Jianwei.Simulator;

/// <summary>
/// What one thread makes before it hands on: some neighbourhoods' messages and rows. <paramref name="model"/> is null where
/// no truth is wanted.
/// </summary>
internal sealed class Block(SimulatedWorld world, Outages outages, Narrator narrator, OracleModel? model)
{
    private readonly OccurrenceSource source = new(world, outages);
    private readonly List<TruthRow> rows = [];

    public List<Delivery> Deliveries { get; } = [];

    public List<(Neighbourhood Neighbourhood, Life[] Lives)> Neighbourhoods { get; } = [];

    /// <summary>Messages of each company.</summary>
    public List<int> EventsOfCompanies { get; } = [];

    public ReadOnlySpan<TruthRow> Rows => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(rows);

    public void Add(Neighbourhood neighbourhood)
    {
        var lives = world.Live(neighbourhood);
        var occurrences = neighbourhood.Companies.Select((c, i) => source.Draw(c, lives[i])).ToList();
        var told = narrator.Tell(neighbourhood, lives, occurrences);
        var counts = new int[lives.Length];
        foreach (var delivery in told)
        {
            counts[delivery.Company % Neighbourhood.Size]++;
        }

        Deliveries.AddRange(told);
        EventsOfCompanies.AddRange(counts);
        Neighbourhoods.Add((neighbourhood, lives));
        if (model is not null)
        {
            Add(neighbourhood, lives, new Answers(new(model), neighbourhood, lives, occurrences));
        }
    }

    private void Add(Neighbourhood neighbourhood, Life[] lives, Answers answers)
    {
        var calendar = world.Calendar;
        for (var i = 0; i < lives.Length; i++)
        {
            for (var month = 0; month < calendar.Months && lives[i].AliveAfter(month); month++)
            {
                rows.Add(new()
                {
                    Company = neighbourhood.Companies[i].Number,
                    AsOf = calendar.EndOf(month),
                    Latent = answers.Latent[i][month],
                    Observable = answers.Observable[i][month],
                    Tabular = answers.Tabular[i][month],
                    Text = answers.Text[i][month],
                    Additive = answers.Additive[i][month],
                    Label = (sbyte)(lives[i].AliveAfter(month + Calendar.Year) ? 0 : 1),
                    Censored = (sbyte)(calendar.EndOf(month) + (365 * Calendar.Day) >= calendar.End ? 1 : 0),
                });
            }
        }
    }

    /// <summary>What each oracle says, by company and month.</summary>
    private sealed class Answers(NeighbourhoodOracle oracle, Neighbourhood neighbourhood, Life[] lives, List<List<Occurrence>> occurrences)
    {
        public float[][] Latent { get; } = oracle.Know(neighbourhood, lives);

        public float[][] Observable { get; } = oracle.Observe(neighbourhood, lives, occurrences, Sight.All);

        public float[][] Tabular { get; } = oracle.Observe(neighbourhood, lives, occurrences, Sight.Tabular);

        public float[][] Text { get; } = oracle.Observe(neighbourhood, lives, occurrences, Sight.Text);

        public float[][] Additive { get; } = oracle.Observe(neighbourhood, lives, occurrences, Sight.Tabular | Sight.DirectWords);
    }
}
