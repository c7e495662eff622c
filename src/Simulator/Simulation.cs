using System.IO.Compression;
using System.Reflection;
using Jianwei.Simulator.Events;
using Jianwei.Simulator.Narration;
using Jianwei.Simulator.Oracle;
using Jianwei.Simulator.Output;
using Jianwei.Simulator.Text;
using Jianwei.Simulator.Truth;
using Jianwei.Simulator.World;

namespace Jianwei.Simulator;

/// <summary>
/// One simulation: blocks of companies over all threads, each whole and forgotten again, their messages sorted by time through files.
/// Memory is that of a block a thread, one slice of time, and the tables; it does not grow with the number of companies.
/// </summary>
/// <remarks>What is written is a function of the options without <see cref="SimulationOptions.Threads"/>. An instance runs once.</remarks>
public sealed class Simulation
{
    private const int NeighbourhoodsOfBlock = 32;
    private const int NestedSample = 60;
    private const int GridSample = 12;

    private readonly SimulationOptions options;
    private readonly IProgress<SimulationProgress>? progress;
    private readonly Calendar calendar;
    private readonly SimulatedWorld world;
    private readonly Outages outages;
    private readonly StoryLanguage language;
    private readonly SortedDictionary<int, int> eventsOfCompanies = [];
    private long events;
    private long defaults;
    private double yearsLived;
    private int companiesDone;

    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public Simulation(SimulationOptions options, IProgress<SimulationProgress>? progress = null)
    {
        options.Check();
        (this.options, this.progress) = (options, progress);
        calendar = new(new(options.FirstYear, 1, 1), options.Years * Calendar.Year);
        world = new(options.World, options.Seed, calendar);
        outages = new(options.World, options.Seed, calendar);
        language = new(options.Language);
    }

    /// <summary>Writes the folder. Cancellation leaves nothing behind.</summary>
    /// <exception cref="IOException">The folder cannot be written, or holds something else.</exception>
    public SimulationManifest Run(CancellationToken cancellation)
    {
        using var folder = new OutputFolder(options.Folder);
        using var spool = new EventSpool(folder.In("spool"), calendar, options.Companies);
        var model = options.Truth ? new OracleModel(world, outages, OracleModel.CurvesOf(world)) : null;
        using var truth = options.Truth ? new TruthWriter(world, language, folder) : null;
        Simulate(spool, model, truth, cancellation);
        truth?.Complete();
        var file = Sort(spool, folder, cancellation);
        var manifest = Manifest(file, truth, model, cancellation);
        truth?.Dispose();
        spool.Dispose();
        File.WriteAllBytes(folder.In(OutputFolder.ManifestName), manifest.ToJson());
        folder.Complete();
        return manifest;
    }

    private void Simulate(EventSpool spool, OracleModel? model, TruthWriter? truth, CancellationToken cancellation)
    {
        var neighbourhoods = (options.Companies + Neighbourhood.Size - 1) / Neighbourhood.Size;
        var blocks = (neighbourhoods + NeighbourhoodsOfBlock - 1) / NeighbourhoodsOfBlock;
        var narrator = new Narrator(world, outages, language);
        var inOrder = new InOrder<Block>(block => Take(block, truth));
        var next = -1;
        Parallel.For(
            0,
            options.Threads,
            new ParallelOptions { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellation },
            _ =>
            {
                for (int number; (number = Interlocked.Increment(ref next)) < blocks;)
                {
                    cancellation.ThrowIfCancellationRequested();
                    var block = new Block(world, outages, narrator, model);
                    for (var n = number * NeighbourhoodsOfBlock; n < Math.Min(neighbourhoods, (number + 1) * NeighbourhoodsOfBlock); n++)
                    {
                        block.Add(new(options.Seed, n, options.Companies));
                    }

                    spool.Add(block.Deliveries);
                    block.Deliveries.Clear(); // a block may wait for its turn
                    inOrder.Add(number, block);
                }
            });
    }

    private void Take(Block block, TruthWriter? truth)
    {
        foreach (var (neighbourhood, lives) in block.Neighbourhoods)
        {
            truth?.Append(neighbourhood, lives);
            foreach (var life in lives)
            {
                defaults += life.DefaultMonth < calendar.Months ? 1 : 0;
                yearsLived += Math.Min(life.DefaultMonth + 0.5, calendar.Months) / Calendar.Year;
            }
        }

        truth?.Append(block.Rows);
        events += block.EventsOfCompanies.Sum();
        companiesDone += block.EventsOfCompanies.Count;
        foreach (var count in block.EventsOfCompanies)
        {
            eventsOfCompanies[count] = eventsOfCompanies.GetValueOrDefault(count) + 1;
        }

        progress?.Report(new("companies", companiesDone, options.Companies, events));
    }

    private string Sort(EventSpool spool, OutputFolder folder, CancellationToken cancellation)
    {
        var name = options.Gzip ? $"{OutputFolder.EventsName}.gz" : OutputFolder.EventsName;
        using var file = new FileStream(folder.In(name), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20);
        using var output = options.Gzip ? new BufferedStream(new GZipStream(file, CompressionLevel.Fastest), 1 << 16) : (Stream)file;
        for (var slice = 0; slice < spool.Slices; slice++)
        {
            cancellation.ThrowIfCancellationRequested();
            spool.Drain(slice, output);
            progress?.Report(new("sorting by time", slice + 1, spool.Slices, events));
        }

        return name;
    }

    private SimulationManifest Manifest(string file, TruthWriter? truth, OracleModel? model, CancellationToken cancellation) => new()
    {
        Version = typeof(Simulation).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0],
        Seed = options.Seed,
        Language = Languages.Code(options.Language),
        Companies = options.Companies,
        Years = options.Years,
        Start = Calendar.TimeOf(calendar.Start(0)),
        End = Calendar.TimeOf(calendar.End),
        World = options.World,
        HazardLevel = world.Hazard.Level,
        EventFile = file,
        Events = events,
        MedianEventsAYear = Math.Round(MedianEvents() / (double)options.Years, 2),
        Defaults = defaults,
        DefaultsAYear = Math.Round(defaults / yearsLived, 6),
        Truth = truth is null || model is null ? null : Figures(truth, model, cancellation),
    };

    private TruthFigures Figures(TruthWriter truth, OracleModel model, CancellationToken cancellation)
    {
        progress?.Report(new("checking the oracles", 0, 1, events));
        var (all, tied) = new NestedCheck(world, model.Curves).Run(options.Companies, NestedSample, options.CheckPaths, cancellation);
        return new()
        {
            Rows = truth.Rows,
            Positive = truth.Positive,
            Censored = truth.Censored,
            BaseRate = Math.Round(truth.Positive / (double)Math.Max(1, truth.Rows), 6),
            Latent = truth.Latent.Figures,
            Observable = truth.Observable.Figures,
            Tabular = truth.Tabular.Figures,
            Text = truth.Text.Figures,
            Additive = truth.Additive.Figures,
            LatentError = all,
            LatentErrorTied = tied,
            ObservableError = GridCheck.Run(model, outages, options.Companies, GridSample, cancellation),
        };
    }

    private int MedianEvents()
    {
        var below = 0;
        foreach (var (count, companies) in eventsOfCompanies)
        {
            below += companies;
            if (2 * below >= options.Companies)
            {
                return count;
            }
        }

        return 0;
    }
}
