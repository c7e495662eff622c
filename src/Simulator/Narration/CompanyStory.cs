using System.Globalization;
using Jianwei.Core.Contracts.Raw;
using Jianwei.Simulator.Events;
using Jianwei.Simulator.Randomness;
using Jianwei.Simulator.Text;
using Jianwei.Simulator.World;
using Calendar = Jianwei.Simulator.World.Calendar;

namespace Jianwei.Simulator.Narration;

/// <summary>
/// What is told of one company: its register entries as they stand, its words, and the messages so far. Numbers of words come from
/// streams of their own, so that the language changes nothing else.
/// </summary>
internal sealed class CompanyStory
{
    private const double DollarsOfYuan = 0.14;

    private readonly SimulatedWorld world;
    private readonly Outages outages;
    private readonly List<Delivery> told;
    private int sequence;
    private RandomStream words;

    public CompanyStory(SimulatedWorld world, Outages outages, StoryLanguage language, Company company, Life life, List<Delivery> told)
    {
        (this.world, this.outages, Language, Company, Life, this.told) = (world, outages, language, company, life, told);
        Name = language.NameOf(world.Seed, company);
        HeadCount = company.HeadCount;
        Capital = language.English ? company.Capital * DollarsOfYuan : company.Capital;
        Reference = new(Company.Scheme, company.Id, Name);
        Wordings = new() { Sector = company.Sector };
        Begin(-1, 0);
        Representative = Write("person");
        Address = Write("address");
    }

    public StoryLanguage Language { get; }

    public Company Company { get; }

    public Life Life { get; }

    public string Name { get; }

    public CompanyReference Reference { get; }

    public Wordings Wordings { get; }

    public string Representative { get; set; }

    public string Address { get; set; }

    public int HeadCount { get; set; }

    public double Capital { get; set; }

    public string Currency => Language.English ? "USD" : "CNY";

    /// <summary>Sets the words' numbers and values for something that happens; what is not its own stays.</summary>
    public void Begin(int month, int number)
    {
        words = new(world.Seed, Purpose.Wording, Company.Number, ((long)month << 20) + number);
        Wordings[Slot.Company] = Name;
        Wordings[Slot.City] = Language.Cities[Company.Region];
        Wordings[Slot.Sector] = Language.SectorName(Company.Sector);
    }

    public string Write(string rule) => Language.Grammar.Write(rule, Wordings, ref words);

    /// <summary>Another company's name, made up.</summary>
    public string Stranger() => Language.Stranger(ref words);

    public double Between(double low, double high) => words.Between(low, high);

    public int Below(int limit) => words.Below(limit);

    public bool Chance(double probability) => words.Chance(probability);

    /// <summary>Money in the world's currency, to three digits, and into the words.</summary>
    public double Money(double yuan)
    {
        var amount = Language.English ? yuan * DollarsOfYuan : yuan;
        var unit = Math.Pow(10, Math.Max(0, Math.Floor(Math.Log10(Math.Max(1, amount))) - 2));
        var rounded = Math.Max(1, Math.Round(amount / unit) * unit);
        Wordings[Slot.Amount] = Language.English ? $"USD {rounded:N0}" : rounded.ToString("0", CultureInfo.InvariantCulture);
        return rounded;
    }

    /// <summary>An amount that says nothing: so much a person, more or less.</summary>
    public double PlainMoney(double yuanOfPerson) => Money(yuanOfPerson * Company.HeadCount * Math.Exp(words.Between(-1.2, 1.2)));

    public string IdOf(Occurrence occurrence) => IdOf(occurrence.Month, occurrence.Number.ToString("D3", CultureInfo.InvariantCulture));

    public string IdOf(int month, string part) => $"{Company.Id}-{month:D3}-{part}";

    /// <summary>
    /// Tells a message, and sometimes tells it again some days later; what would be heard after the end of the events is not told.
    /// </summary>
    public void Tell(Feed feed, long observed, Func<string, RawMessage> message)
    {
        Add(observed, message);
        if (words.Chance(world.Options.DuplicateShare))
        {
            Add(Deliver(feed, observed + (long)words.Between(600, 5 * Calendar.Day)), message);
        }
    }

    /// <summary>Tells it once, whatever happens.</summary>
    public void Add(long observed, Func<string, RawMessage> message)
    {
        if (observed < world.Calendar.End)
        {
            told.Add(new(observed, Company.Number, sequence, message(Time(observed))));
        }

        sequence++;
    }

    /// <summary>When something that is due then comes, given the outages.</summary>
    public long Deliver(Feed feed, long due) => outages.Deliver(feed, due, ref words);

    public double CorrectionShare => world.Options.CorrectionShare;

    public static string Time(long seconds) => RawTime.Format(Calendar.TimeOf(seconds));

    /// <summary>Only the day: as registers and courts date things.</summary>
    public static string Day(long seconds) => Time(seconds - (seconds % Calendar.Day));
}
