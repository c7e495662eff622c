using Jianwei.Simulator.Randomness;
using Jianwei.Simulator.Text;
using Jianwei.Simulator.World;

namespace Jianwei.Simulator.Narration;

/// <summary>A language with its grammar and the names in it; shared by all threads.</summary>
public sealed class StoryLanguage(Language language)
{
    public Grammar Grammar { get; } = Grammar.Of(language);

    public bool English { get; } = language == Language.English;

    public IReadOnlyList<string> Cities { get; } = Grammar.Of(language).Cities;

    public string SectorName(int sector) => English ? Sectors.All[sector].English : Sectors.All[sector].Chinese;

    /// <summary>The name of a company of the world. It is made up; that it is also a real one's is chance.</summary>
    public string NameOf(ulong seed, Company company)
    {
        var random = new RandomStream(seed, Purpose.Wording, company.Number, long.MaxValue);
        return Name(company.Region, company.Sector, ref random);
    }

    /// <summary>The name of a company outside the world.</summary>
    public string Stranger(ref RandomStream random) => Name(random.Below(Cities.Count), random.Below(Sectors.All.Count), ref random);

    private string Name(int region, int sector, ref RandomStream random)
    {
        var name = SectorName(sector);
        var about = new Wordings
        {
            [Slot.City] = Cities[region],
            [Slot.Sector] = English ? char.ToUpperInvariant(name[0]) + name[1..] : name,
        };
        return Grammar.Write("company", about, ref random);
    }
}
