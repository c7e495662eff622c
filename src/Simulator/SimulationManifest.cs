using System.Text.Json;
using System.Text.Json.Serialization;
using Jianwei.Simulator.Oracle;
using Jianwei.Simulator.Truth;
using Jianwei.Simulator.World;

namespace Jianwei.Simulator;

/// <summary><c>manifest.json</c> of a simulation, written last: everything that made it, and how good the oracles are.</summary>
public sealed record SimulationManifest
{
    public int SchemaVersion { get; init; } = 1;

    /// <summary>Of the program.</summary>
    public required string Version { get; init; }

    public required ulong Seed { get; init; }

    public required string Language { get; init; }

    public required int Companies { get; init; }

    public required int Years { get; init; }

    public required DateTimeOffset Start { get; init; }

    public required DateTimeOffset End { get; init; }

    /// <summary>Every parameter of the world.</summary>
    public required WorldOptions World { get; init; }

    /// <summary>α of the hazard, solved for the default rate.</summary>
    public required double HazardLevel { get; init; }

    /// <summary>File of the events, in order of observed time.</summary>
    public required string EventFile { get; init; }

    public required long Events { get; init; }

    /// <summary>Messages that a company publishes a year: the median company.</summary>
    public required double MedianEventsAYear { get; init; }

    public required long Defaults { get; init; }

    /// <summary>Defaults over company-years lived.</summary>
    public required double DefaultsAYear { get; init; }

    public TruthFigures? Truth { get; init; }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ManifestContext.Default.SimulationManifest);
}

/// <summary>What the truth says about the oracles.</summary>
public sealed record TruthFigures
{
    public required long Rows { get; init; }

    public required long Positive { get; init; }

    public required long Censored { get; init; }

    /// <summary>Share of rows with a default within a year.</summary>
    public required double BaseRate { get; init; }

    public required OracleFigures Latent { get; init; }

    /// <summary>The ceiling of every model: it knows the world's equations and the paths of the common factors.</summary>
    public required OracleFigures Observable { get; init; }

    public required OracleFigures Tabular { get; init; }

    /// <summary>Words alone. A model of texts also sees how many texts there are, which belongs to the tabular part here.</summary>
    public required OracleFigures Text { get; init; }

    /// <summary>Tabular and those words that mean the same for every company.</summary>
    public required OracleFigures Additive { get; init; }

    /// <summary>Of the latent oracle, over all companies of the sample.</summary>
    public required NestedError LatentError { get; init; }

    /// <summary>Of the latent oracle, over those with ties.</summary>
    public required NestedError LatentErrorTied { get; init; }

    /// <summary>Of the observable oracle's grid; the filter has no Monte Carlo error.</summary>
    public required GridError ObservableError { get; init; }

    /// <summary>What a reader of the figures should know.</summary>
    public IReadOnlyList<string> Notes { get; init; } =
    [
        "The observable oracle is given the paths of the common factors: a slightly generous ceiling.",
        "It knows each company's size, sector, age and ties, which are in the events from the first days on, and which events are bulk edits or corrections.",
        "The text oracle reads words only; a model of texts also sees how many texts of which kind there are.",
        "Labels are known for every row, from a simulated year beyond the events; 'uncensored' counts only rows whose label the events hold.",
    ];
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SimulationManifest))]
internal sealed partial class ManifestContext : JsonSerializerContext;
