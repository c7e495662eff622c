using Jianwei.Core.Contracts.Raw;
using Jianwei.Servers;

namespace Jianwei.Ingest.Replay;

public sealed class WarnFormatTests
{
    private const string Header =
        "state,canonical_name,employer_key,sic_description,place_name,notice_date,effective_date,employees_affected,layoff_type,is_temporary,is_amendment,dedupe_key\n";

    [Fact]
    public void Closure_BecomesAFilingAndAnOutcome()
    {
        var messages = Rows.Messages(
            new WarnFormat(),
            Header + "CO,\"PrimeFlight, Inc.\",lei:549300EKHBVLMKN1N602,Airports,Denver city,2019-07-20,2019-09-18,439,closure,1,1,abc\n");

        var filing = new Filing
        {
            Source = "warn", SourceEventId = "abc", Company = new("LEI", "549300EKHBVLMKN1N602", "PrimeFlight, Inc."),
            EventTime = "2019-07-20", ObservedTime = "2019-07-20",
            Kind = FilingKind.LayOffNotice, Detail = "closure", HeadCount = 439, Role = PartyRole.Subject,
            Text = "Closure notice (WARN Act) by PrimeFlight, Inc., Denver city, CO: employees affected 439, effective 2019-09-18. Industry: Airports. Temporary. Amends an earlier notice.",
        };
        var outcome = new Outcome
        {
            Source = "warn", SourceEventId = "abc:closure", Company = filing.Company, ObservedTime = "2019-07-20",
            Kind = OutcomeKind.Closure, Date = "2019-07-20"
        };
        Assert.Equal([filing, outcome], messages);
    }

    [Fact]
    public void RowWithoutDate_IsSentAndRefusedAtIngest()
    {
        var rows = Rows.Of(new WarnFormat(), Header + "CO,X,n:x,,,,,,closure,,0,abc\n");
        var sentences = new List<string>();
        Assert.Equal([KeyValuePair.Create(RefusalReason.MissingField, 1)], Rows.Refusals(rows, sentences));
        Assert.StartsWith("observed_time is missing; allowed: an RFC 3339 date-time", Assert.Single(sentences));
        Assert.Equal("X-WARN:x", Assert.Single(rows).Key);
    }

    [Theory]
    [InlineData("cik:56824", "US-CIK:56824")]
    [InlineData("ein:123456789", "US-EIN:123456789")]
    [InlineData("qid:Q66", "WIKIDATA:Q66")]
    [InlineData("n:travelport", "X-WARN:travelport")]
    public void EmployerKey_NamesTheCompany(string key, string company) => Assert.Equal(company, WarnFormat.Company(key, null).ToString());

    [Fact]
    public void EmployerKey_ThatIsTooLongStaysDistinct()
    {
        var (one, two) = (
            WarnFormat.Company("n:" + new string('a', 150) + "b", null).Id,
            WarnFormat.Company("n:" + new string('a', 150) + "c", null).Id);
        Assert.NotEqual(one, two);
        Assert.InRange(one.Length, 100, 128);
    }

    [Fact]
    public void OtherFile_IsRefusedAsAWhole() =>
        Assert.Contains(
            "its first line must name the columns",
            Assert.Throws<InvalidDataException>(() => Rows.Of(new WarnFormat(), "a,b\n1,2\n")).Message);

    [Fact]
    public void Sample_IsInOrderAndRefusedOnlyWhereItHasNoDate() =>
        Check(Path.Combine(Repository.Root, "samples", "warn-2000.csv"), 1_999, undated: 12);

    [Fact]
    public void Register_IsRefusedOnlyWhereItHasNoDate() => Check(Rows.Shared("warn/notices-1987-2022.csv.gz"), 56_494, undated: 5_869);

    private static void Check(string path, int lines, int undated)
    {
        var file = ReplayFile.Open(new WarnFormat(), path, default);
        var rows = file.Rows(default).ToList();
        Assert.Equal((0, lines), (file.Refused, rows.Count(r => r.Topic == "filings")));
        var sentences = new List<string>();
        var refusals = Rows.Refusals(rows, sentences);
        Assert.True(
            refusals.Count == 1,
            string.Join('\n', refusals.Select(r => $"{r.Key}: {r.Value}")) + "\n" + string.Join('\n', sentences.Distinct().Take(20)));
        Assert.Equal(undated, refusals[RefusalReason.MissingField]);
        var times = rows.Where(r => r.Observed is not null).Select(r => r.Observed!.Value).ToList();
        Assert.Equal(times.Order(), times);
        Assert.Equal(
            rows.Count,
            rows.Select(r => System.Text.Json.JsonDocument.Parse(r.Value).RootElement.GetProperty("source_event_id").GetString())
                .Distinct().Count());
    }
}
