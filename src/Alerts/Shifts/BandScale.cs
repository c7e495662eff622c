using Jianwei.Core.Models;

namespace Jianwei.Alerts.Shifts;

/// <summary>A manifest's bands as ranks, 0 the lowest, with hysteresis: entered at <c>fire</c>, left below <c>recover</c>.</summary>
public sealed class BandScale
{
    private readonly double[] fire;
    private readonly double[] recover;

    /// <exception cref="ArgumentException">There is no band, or thresholds do not rise, or recover is above fire.</exception>
    public BandScale(IReadOnlyList<Band> bands)
    {
        Names = [.. bands.Select(b => b.Name)];
        fire = [.. bands.Select((b, i) => i == 0 ? 0 : b.Fire ?? throw Wrong(b, "has no fire threshold"))];
        recover = [.. bands.Select((b, i) => i == 0 ? 0 : b.Recover ?? fire[i])];
        if (bands.Count is 0 or > 100)
        {
            throw new ArgumentException($"{bands.Count} bands; allowed: 1 to 100");
        }

        for (var i = 1; i < bands.Count; i++)
        {
            if (recover[i] > fire[i] || fire[i] <= fire[i - 1])
            {
                throw Wrong(
                    bands[i], $"has fire {fire[i]} and recover {recover[i]}; fire must rise from band to band and recover be at most fire");
            }
        }
    }

    /// <summary>Band names by rank.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Rank of a band's name, or -1.</summary>
    public int Rank(string name)
    {
        for (var i = 0; i < Names.Count; i++)
        {
            if (string.Equals(Names[i], name, StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Rank that a probability has by itself: the highest whose fire threshold it reaches.</summary>
    public int First(double probability)
    {
        var rank = 0;
        while (rank + 1 < fire.Length && probability >= fire[rank + 1])
        {
            rank++;
        }

        return rank;
    }

    /// <summary>Rank after <paramref name="current"/>: kept while the probability is between recover and fire.</summary>
    public int Next(int current, double probability)
    {
        var rank = Math.Min(current, fire.Length - 1);
        while (rank > 0 && probability < recover[rank])
        {
            rank--;
        }

        return Math.Max(rank, First(probability));
    }

    private static ArgumentException Wrong(Band band, string what) => new($"band '{band.Name}' {what}");
}
