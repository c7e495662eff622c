using Jianwei.Core.Contracts.Raw;

namespace Jianwei.Ingest.Replay;

public sealed class YcFormatTests
{
    [Fact]
    public void Observations_BecomeChangesPostingsAndOutcomes()
    {
        const string File = """
            {"company": 7, "observed": "2021-12-02", "kind": "new", "fields": {"name": "Acme", "slug": "acme", "team_size": 65, "tags": ["A", "B"], "former_names": [], "isHiring": true, "status": "Active", "stage": null}}
            {"company": 7, "observed": "2022-05-01", "kind": "change", "fields": {"team_size": 48, "isHiring": false, "tags": ["C"], "all_locations": "Denver"}}
            {"company": 7, "observed": "2023-05-01", "kind": "change", "fields": {"status": "Inactive", "team_size": null}}
            {"company": 8, "observed": "2023-05-01", "kind": "new", "fields": {"isHiring": false, "status": "Acquired"}}
            {"company": 8, "observed": "2024-05-01", "kind": "change", "fields": {"status": "Active"}}
            """;

        var messages = Rows.Messages(new YcFormat(), File);

        string[] expected =
        [
            "7-2021-12-02-name Name name: Acme",
            "7-2021-12-02-team_size Other head_count: 65",
            "7-2021-12-02-tags Scope tags: A, B",
            "7-2021-12-02-isHiring Opened hiring",
            "7-2021-12-02-status Status status: Active",
            "7-2022-05-01-team_size Other head_count: 65 > 48",
            "7-2022-05-01-isHiring Closed hiring",
            "7-2022-05-01-tags Scope tags: A, B > C",
            "7-2022-05-01-all_locations Address all_locations: Denver",
            "7-2023-05-01-status Status status: Active > Inactive",
            "7-2023-05-01-status:outcome Closure 2023-05-01",
            "7-2023-05-01-team_size Other head_count: 48 > ",
            "8-2023-05-01-status Status status: Acquired",
            "8-2023-05-01-status:outcome Exit 2023-05-01",
            "8-2024-05-01-status Status status: Acquired > Active",
            "8-2024-05-01-status:outcome Cured 2024-05-01",
        ];
        Assert.Equal(expected, messages.Select(m => $"{m.SourceEventId} {Show(m)}"));
        Assert.All(messages.Where(m => m.Company.Id == "7"), m => Assert.Equal(("X-YC", "Acme"), (m.Company.Scheme, m.Company.Name)));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"company": "x", "observed": "2021-12-02", "fields": {}}""")]
    [InlineData("""{"company": 1, "observed": "2021-12-32", "fields": {}}""")]
    public void BadLine_IsNamedAndNotSent(string line)
    {
        var row = Assert.Single(Rows.Of(new YcFormat(), "\n" + line + "\n"));
        Assert.Equal(2, row.Line);
        Assert.NotNull(row.Refusal);
    }

    [Fact]
    public void Directory_IsAcceptedWhole()
    {
        var file = ReplayFile.Open(new YcFormat(), Rows.Shared("yc/changes-2021-2024.ndjson.gz"), default);
        var (topics, sentences) = (new Dictionary<string, int>(), new List<string>());
        var refusals = Rows.Refusals(file.Rows(default).Select(row =>
        {
            topics[row.Topic] = topics.GetValueOrDefault(row.Topic) + 1;
            return row;
        }), sentences);
        Assert.True(refusals.Count == 0, string.Join('\n', sentences.Take(10)));
        Assert.Equal((0, false), (file.Refused, file.Sorted));
        Assert.Equal(file.Total, topics.Values.Sum());
        Assert.Equal(3, topics.Count);
        Assert.InRange(topics["outcomes"], 800, 1_600);
    }

    private static string Show(RawMessage message) => message switch
    {
        CompanyChange { Before: null } c => $"{c.Kind} {c.Field}: {c.After}",
        CompanyChange c => $"{c.Kind} {c.Field}: {c.Before} > {c.After}",
        JobPosting p => $"{p.Action} {p.PostingId}",
        Outcome o => $"{o.Kind} {o.Date}",
        _ => "",
    };
}
