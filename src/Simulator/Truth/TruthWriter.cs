using System.Text;
using Jianwei.Simulator.Narration;
using Jianwei.Simulator.Output;
using Jianwei.Simulator.World;

namespace Jianwei.Simulator.Truth;

/// <summary>
/// Writes <c>truth/</c>: <c>rows.npy</c>, <c>companies.csv</c> and <c>outcomes.csv</c>, in order of company, and counts for the manifest.
/// Used by one thread at a time.
/// </summary>
internal sealed class TruthWriter : IDisposable
{
    private readonly SimulatedWorld world;
    private readonly StoryLanguage language;
    private readonly RowFile rows;
    private readonly StreamWriter companies;
    private readonly StreamWriter outcomes;

    public TruthWriter(SimulatedWorld world, StoryLanguage language, OutputFolder folder)
    {
        (this.world, this.language) = (world, language);
        var years = world.Calendar.Months / Calendar.Year;
        (Latent, Observable, Tabular, Text, Additive) = (new(years), new(years), new(years), new(years), new(years));
        rows = new(folder.In("truth", "rows.npy"));
        companies = Open(
            folder.In("truth", "companies.csv"),
            "company,id,name,sector,region,founded,head_count,capital_cny,parent,guarantees,supplier");
        outcomes = Open(folder.In("truth", "outcomes.csv"), "company,id,defaulted,observed,in_events");
    }

    public OracleTally Latent { get; }

    public OracleTally Observable { get; }

    public OracleTally Tabular { get; }

    public OracleTally Text { get; }

    public OracleTally Additive { get; }

    public long Rows => rows.Rows;

    public long Positive { get; private set; }

    public long Censored { get; private set; }

    public void Append(Neighbourhood neighbourhood, Life[] lives)
    {
        for (var i = 0; i < lives.Length; i++)
        {
            Append(neighbourhood, neighbourhood.Companies[i], lives[i]);
        }
    }

    public void Append(ReadOnlySpan<TruthRow> block)
    {
        rows.Append(block);
        foreach (ref readonly var row in block)
        {
            var year = (world.Calendar.MonthOf(row.AsOf) - 1) / Calendar.Year;
            Latent.Add(row.Latent, row, year);
            Observable.Add(row.Observable, row, year);
            Tabular.Add(row.Tabular, row, year);
            Text.Add(row.Text, row, year);
            Additive.Add(row.Additive, row, year);
            Positive += row.Label;
            Censored += row.Censored;
        }
    }

    public void Complete() => rows.Complete();

    public void Dispose()
    {
        rows.Dispose();
        companies.Dispose();
        outcomes.Dispose();
    }

    private void Append(Neighbourhood neighbourhood, Company company, Life life)
    {
        var founded = Day(world.Calendar.Start(0) - (company.FoundedDaysBefore * Calendar.Day));
        var ties = Enum.GetValues<LinkKind>().Select(kind =>
            string.Concat(company.Links.Where(l => l.Kind == kind).Select(l => Id(neighbourhood.Companies[l.Other]))));
        companies.WriteLine(string.Join(',', Number(company), Id(company),
            $"\"{language.NameOf(world.Seed, company).Replace("\"", "\"\"", StringComparison.Ordinal)}\"",
            Sectors.All[company.Sector].Code, language.Cities[company.Region], founded, company.HeadCount, company.Capital,
            string.Join(',', ties)));
        if (life.DefaultMonth != int.MaxValue)
        {
            outcomes.WriteLine(string.Join(',', Number(company), Id(company), Day(life.DefaultTime), CompanyStory.Time(life.DefaultKnown),
                life.DefaultMonth < world.Calendar.Months ? 1 : 0));
        }
    }

    private static string Number(Company company) => $"{company.Number}";

    private static string Id(Company company) => $"{Company.Scheme}:{company.Id}";

    private static string Day(long seconds) => CompanyStory.Day(seconds)[..10];

    private static StreamWriter Open(string path, string header)
    {
        var writer = new StreamWriter(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };
        writer.WriteLine(header);
        return writer;
    }
}
