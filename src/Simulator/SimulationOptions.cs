using System.ComponentModel.DataAnnotations;
using Jianwei.Core.Hosting;
using Jianwei.Simulator.Text;
using Jianwei.Simulator.World;

namespace Jianwei.Simulator;

/// <summary>What to simulate and where to write it.</summary>
public sealed record SimulationOptions
{
    [Range(1, 5_000_000)]
    public int Companies { get; init; } = 2_000;

    [Range(1, 20)]
    public int Years { get; init; } = 3;

    /// <summary>The first year; the world begins with its January.</summary>
    [Range(1990, 2070)]
    public int FirstYear { get; init; } = 2021;

    public ulong Seed { get; init; } = 1;

    public Language Language { get; init; }

    /// <summary>Folder to write; a simulation that is there is replaced.</summary>
    public required string Folder { get; init; }

    /// <summary>Whether to write what nobody in the world knows: health's default probabilities, the oracles, later defaults.</summary>
    public bool Truth { get; init; }

    /// <summary>Whether to compress the events.</summary>
    public bool Gzip { get; init; }

    /// <summary>Threads; what is written does not depend on them.</summary>
    [Range(1, 256)]
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Paths of each sampled neighbourhood, from which the latent oracle's error is stated.</summary>
    [Range(10, 1_000_000)]
    public int CheckPaths { get; init; } = 4_000;

    public WorldOptions World { get; init; } = new();

    /// <exception cref="ArgumentException">Something is out of range; the message names it, its value and what is allowed.</exception>
    public void Check()
    {
        List<string> problems = [.. Settings.Problems("Simulation", this), .. World.Problems()];
        if (problems.Count > 0)
        {
            throw new ArgumentException(string.Join(' ', problems));
        }
    }
}
