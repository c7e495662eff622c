using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;
using Jianwei.Core.Contracts.Raw;
using Jianwei.Core.Text;

namespace Jianwei.Ingest.Replay;

/// <summary>
/// The WARN register (CSV of US lay-off notices): a filing a row, and for a closure an outcome besides. A row without a notice
/// date is sent without one, so that it becomes a dead letter and is not lost in silence. An amendment has an id of its own.
/// </summary>
public sealed class WarnFormat : IReplayFormat
{
    private const string Source = "warn";
    private const int IdLimit = 128;

    private static readonly string[] Required = ["state", "canonical_name", "employer_key", "notice_date", "employees_affected",
        "layoff_type", "dedupe_key"];

    /// <inheritdoc/>
    public string Name => "warn";

    /// <inheritdoc/>
    public IEnumerable<ReplayRow> Read(TextReader file)
    {
        using var csv = new CsvReader(file,
            new CsvConfiguration(CultureInfo.InvariantCulture) { BadDataFound = null, MissingFieldFound = null });
        if (!csv.Read() || !csv.ReadHeader() || Required.FirstOrDefault(c => !csv.HeaderRecord!.Contains(c)) is { } missing)
        {
            throw new InvalidDataException($"not a WARN register: its first line must name the columns {string.Join(", ", Required)}");
        }

        while (csv.Read())
        {
            var line = csv.Parser.RawRow;
            if (Field(csv, "dedupe_key") is not { } id || Field(csv, "employer_key") is not { } employer)
            {
                yield return ReplayRow.Refused(line, "employer_key or dedupe_key is empty");
                continue;
            }

            var company = Company(employer, Field(csv, "canonical_name"));
            var date = Field(csv, "notice_date");
            DateTimeOffset? observed = date is not null && RawTime.TryParse(date, out var time) ? time : null;
            var filing = Filing(csv, company, id, date);
            yield return new(line, observed, "filings", company.ToString(), date is null ? WithoutObservedTime(filing)
                : RawWire.Write(filing));
            if (observed is not null && filing.Detail == "closure")
            {
                var outcome = new Outcome { Source = Source, SourceEventId = $"{id}:closure", Company = company, ObservedTime = date!,
                    Kind = OutcomeKind.Closure, Date = date! };
                yield return new(line, observed, "outcomes", company.ToString(), RawWire.Write(outcome));
            }
        }
    }

    private static Filing Filing(CsvReader csv, CompanyReference company, string id, string? date) => new()
    {
        Source = Source,
        SourceEventId = id,
        Company = company,
        EventTime = date,
        ObservedTime = date ?? "",
        Kind = FilingKind.LayOffNotice,
        Detail = Field(csv, "layoff_type") is { } type and not "unknown" ? type : null,
        HeadCount = int.TryParse(Field(csv, "employees_affected"), NumberStyles.None, CultureInfo.InvariantCulture, out var people)
            ? people : null,
        Role = PartyRole.Subject,
        Text = Text(csv),
    };

    /// <summary>The register's key of an employer, e.g. <c>cik:56824</c>, <c>n:travelport</c>, as a company reference.</summary>
    public static CompanyReference Company(string employerKey, string? name)
    {
        var colon = employerKey.IndexOf(':', StringComparison.Ordinal);
        var (kind, rest) = colon < 0 ? ("", employerKey) : (employerKey[..colon], employerKey[(colon + 1)..]);
        return kind switch
        {
            "cik" => new("US-CIK", rest, name),
            "lei" => new("LEI", rest, name),
            "ein" => new("US-EIN", rest, name),
            "qid" => new("WIKIDATA", rest, name),
            _ => new("X-WARN", Bounded(rest), name),
        };
    }

    // A key that is a whole sentence: its start, and what tells it from others with the same start.
    private static string Bounded(string id) =>
        id.Length <= IdLimit ? id : $"{CleanText.Cut(id, IdLimit - 17)}#{Events.EventId.Of(Source, id[..Math.Min(id.Length, 200)])}";

    private static byte[] WithoutObservedTime(Filing filing) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(RawWire.Write(filing)).Replace("\"observed_time\":\"\",", "",
            StringComparison.Ordinal));

    private static string Text(CsvReader csv)
    {
        var what = Field(csv, "layoff_type") switch
        {
            "closure" => "Closure",
            "mass_layoff" => "Mass lay-off",
            _ => "Lay-off",
        };
        var text = new StringBuilder($"{what} notice (WARN Act)");
        Append(text, " by ", Field(csv, "canonical_name"));
        Append(text, ", ", Field(csv, "place_name") ?? Field(csv, "location"));
        Append(text, ", ", Field(csv, "state"));
        Append(text, ": employees affected ", Field(csv, "employees_affected"));
        Append(text, ", effective ", Field(csv, "effective_date"));
        text.Append('.');
        Append(text, " Industry: ", Field(csv, "sic_description"), ".");
        text.Append(Field(csv, "is_temporary") == "1" ? " Temporary." : "").Append(Field(csv, "is_amendment") == "1"
            ? " Amends an earlier notice." : "");
        return text.ToString();
    }

    private static void Append(StringBuilder text, string before, string? value, string after = "")
    {
        if (value is not null)
        {
            text.Append(before).Append(value).Append(after);
        }
    }

    private static string? Field(CsvReader csv, string name) =>
        csv.TryGetField<string>(name, out var value) && !string.IsNullOrWhiteSpace(value) ? value : null;
}
