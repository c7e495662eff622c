using Jianwei.Simulator.Randomness;

namespace Jianwei.Simulator.World;

/// <summary>
/// A few companies that may be tied to each other and to nobody else: what has to be simulated together. So the world can be
/// made neighbourhood by neighbourhood, in any order, with memory for one.
/// </summary>
public sealed class Neighbourhood
{
    /// <summary>Companies of a neighbourhood; the last of a world may have fewer.</summary>
    public const int Size = 16;

    /// <summary>Cities of the grammar.</summary>
    public const int Regions = 16;

    private const double ParentShare = 0.15;
    private const double GuaranteeShare = 0.12;
    private const double SupplierShare = 0.25;

    /// <param name="seed">The world's seed.</param>
    /// <param name="number">Which one, from 0.</param>
    /// <param name="companies">Companies of the whole world.</param>
    public Neighbourhood(ulong seed, int number, int companies)
    {
        Number = number;
        Seed = seed;
        var count = Math.Min(Size, companies - (number * Size));
        Companies = [.. Enumerable.Range(0, count).Select(place => Draw(seed, (number * Size) + place, place, count))];
        HasDependants = [.. Enumerable.Range(0, count).Select(place => Companies.Any(c => c.Links.Any(l => l.Other == place)))];
    }

    public int Number { get; }

    public ulong Seed { get; }

    public IReadOnlyList<Company> Companies { get; }

    /// <summary>Whether a company's default hurts some other.</summary>
    public IReadOnlyList<bool> HasDependants { get; }

    private static Company Draw(ulong seed, int number, int place, int count)
    {
        var random = new RandomStream(seed, Purpose.Attributes, number);
        var sector = random.Below(Sectors.All.Count);
        var region = random.Below(Regions);
        var age = (int)Math.Clamp(random.Exponential(3_000), 200, 20_000);
        var headCount = (int)Math.Clamp(Math.Round(30 * Math.Exp(1.3 * random.Normal())), 2, 50_000);
        var capital = Rounded(20_000 * headCount * Math.Exp(0.8 * random.Normal()));
        return new(number, sector, region, age, headCount, capital, random.Below(Calendar.Year), Ties(seed, number, place, count));
    }

    private static List<Link> Ties(ulong seed, int number, int place, int count)
    {
        var random = new RandomStream(seed, Purpose.Links, number);
        var links = new List<Link>();
        (LinkKind Kind, double Share)[] kinds =
            [(LinkKind.Parent, ParentShare), (LinkKind.Guarantee, GuaranteeShare), (LinkKind.Supplier, SupplierShare)];
        foreach (var (kind, share) in kinds)
        {
            var (tied, other) = (random.Chance(share), random.Below(Size));
            if (tied && other != place && other < count && links.TrueForAll(l => l.Other != other))
            {
                links.Add(new(kind, other));
            }
        }

        return links;
    }

    // Two leading digits, as capital is registered.
    private static double Rounded(double amount)
    {
        var unit = Math.Pow(10, Math.Floor(Math.Log10(amount)) - 1);
        return Math.Round(amount / unit) * unit;
    }
}
