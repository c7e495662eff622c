using System.Text;
using Dapper;
using Jianwei.Core.Contracts;
using Jianwei.Core.Telemetry;
using Jianwei.Servers;
using Microsoft.Extensions.DependencyInjection;

namespace Jianwei.Ingest;

/// <summary>The whole stage: raw messages in a mock cluster, companies in a real PostgreSQL, events and dead letters out.</summary>
public sealed class IngestHandlerTests
{
    private const string Filing = """
        {"schema_version":1,"source":"warn","source_event_id":"1","company":{"scheme":"US-CIK","id":"0042","name":"Sample, Inc."},"observed_time":"2024-01-02","kind":"lay_off_notice","head_count":12}
        """;

    [Fact]
    public async Task Samples_BecomeEventsOfTheirCompanies()
    {
        await using var stage = await IngestStage.StartAsync();
        var sent = 0;
        foreach (var topic in (string[])["company-changes", "job-postings", "filings", "outcomes"])
        {
            foreach (var file in Directory.GetFiles(Path.Combine(Repository.Root, "schemas", "samples", topic)))
            {
                await stage.SendAsync(topic, await File.ReadAllBytesAsync(file));
                sent++;
            }
        }

        var events = stage.Events(sent);

        Assert.Equal(sent, events.Count);
        Assert.All(events, e => Assert.NotEqual(EventType.None, e.Type));
        Assert.Contains(
            events,
            e => e is { CompanyId: "CN-USCC:91310000MA1FL5KQ75", Type: EventType.FilingCourtJudgment, Amount: 1280000.5, Unit: "CNY" });
        Assert.Contains(events, e => e is { CompanyId: "FR-SIREN:732829320", Type: EventType.ChangeAddress });
        Assert.Contains(events, e => e is { CompanyId: "X-YC:1360", Type: EventType.ChangeHeadCountDecreased, Amount: 48, Unit: "people" });
        var companies = (await stage.Database.OpenConnectionAsync().AsTask()
            .ContinueWith(c => c.Result.Query<(string, string?)>("select company_id, name from companies")))
            .ToDictionary();
        Assert.Equal(events.Select(e => e.CompanyId).Distinct().Order(), companies.Keys.Order());
        Assert.Equal("上海见微样例科技有限公司", companies["CN-USCC:91310000MA1FL5KQ75"]);
    }

    [Fact]
    public async Task BadInput_BecomesDeadLettersAndNeverStopsTheStage()
    {
        await using var stage = await IngestStage.StartAsync();
        var bad = new (string Reason, byte[] Message)[]
        {
            ("not_json", "{\"schema_version\":1,"u8.ToArray()),
            ("not_json", "公司变更"u8.ToArray()),
            ("not_json", "[1,2]"u8.ToArray()),
            ("not_json", []),
            ("not_json", Spoil("\"2024-01-02\"", "NaN")),
            ("invalid_utf8", [.. "{\"source\":\""u8, 0xC3, 0x28, .. "\"}"u8]),
            ("invalid_utf8", Spoil("Sample, Inc.", "\\ud800")),
            ("missing_field", "{}"u8.ToArray()),
            ("missing_field", Spoil("\"observed_time\":\"2024-01-02\",", "")),
            ("unknown_field", Spoil("head_count", "headcount")),
            ("duplicate_field", Spoil("\"head_count\":12", "\"head_count\":12,\"head_count\":13")),
            ("invalid_field", Spoil("12}", "\"twelve\"}")),
            ("invalid_field", Spoil("lay_off_notice", "strike")),
            ("invalid_field", Spoil("\"head_count\":12", "\"currency\":\"ZZZ\"")),
            ("unsupported_version", Spoil("\"schema_version\":1", "\"schema_version\":2")),
            ("unknown_scheme", Spoil("US-CIK", "MARS-ID")),
            ("bad_identifier", Spoil("0042", "forty-two")),
            ("bad_identifier", Spoil("\"US-CIK\",\"id\":\"0042\"", "\"CN-USCC\",\"id\":\"91310000MA1FL5KQ70\"")),
            ("bad_time", Spoil("2024-01-02", "2024-02-30")),
            ("bad_time", Spoil("2024-01-02", "0001-01-01")),
            ("bad_time", Spoil("2024-01-02", "2099-12-31")),
            ("bad_time", Spoil("\"observed_time\"", "\"event_time\":\"2031-01-01\",\"observed_time\"")),
            ("too_large", Encoding.UTF8.GetBytes(Filing.Replace("Sample, Inc.", new string('x', 5_000_000), StringComparison.Ordinal))),
        };
        foreach (var (_, message) in bad)
            await stage.SendAsync("filings", message);
        await stage.SendAsync("filings", Filing);

        var good = Assert.Single(stage.Events(1));
        Assert.Equal(("US-CIK:42", EventType.FilingLayOffNotice, 12), (good.CompanyId, good.Type, good.Amount));
        Assert.Equal(StageState.Running, stage.Services.GetRequiredService<StageHealth>().Stages["ingest"].State);
        var letters = stage.DeadLetters(bad.Length).OrderBy(l => l.Offset).ToList();
        Assert.Equal(bad.Select(b => b.Reason), letters.Select(l => l.Reason));
        Assert.All(letters.Zip(bad), pair => Assert.Equal(pair.Second.Message, pair.First.Value));
        Assert.All(letters, l => Assert.Equal(("ingest", "t.filings"), (l.Stage, l.Topic)));
        Assert.Equal(letters.Count, letters.Select(l => l.Offset).Distinct().Count());
        Assert.Contains(
            letters,
            l => l.Detail == "company.id is \"91310000MA1FL5KQ70\"; allowed: for CN-USCC, the check character of GB 32100-2015");
        Assert.Contains(
            letters,
            l => l.Detail.StartsWith("the message is of 5,", StringComparison.Ordinal)
                && l.Detail.EndsWith("allowed: at most 1,048,576 bytes (Ingest:MessageSizeLimit)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Alias_AddedWhileRunningIsFollowed()
    {
        await using var stage = await IngestStage.StartAsync();
        await stage.SendAsync("filings", Filing);
        Assert.Equal("US-CIK:42", Assert.Single(stage.Events(1)).CompanyId);

        await using (var connection = await stage.Database.OpenConnectionAsync())
        {
            await connection.ExecuteAsync("""
                insert into company_identifiers (scheme, value, company_id) values ('US-CIK', '42', 'LEI:254900JIANWEISAMPL19')
                on conflict (scheme, value) do update set company_id = excluded.company_id, added_at = clock_timestamp()
                """);
        }

        await Task.Delay(200); // the refresh interval
        await stage.SendAsync("filings", Filing);
        Assert.Equal(["LEI:254900JIANWEISAMPL19", "US-CIK:42"], stage.Events(2).Select(e => e.CompanyId).Order());
    }

    [Fact]
    public async Task RepeatedMessages_PassWithTheSameEventId()
    {
        await using var stage = await IngestStage.StartAsync();
        await stage.SendAsync("filings", Filing, Filing);
        var events = stage.Events(2);
        Assert.Equal(2, events.Count);
        Assert.Single(events.Select(e => e.EventId).Distinct());
    }

    private static byte[] Spoil(string whole, string spoilt)
    {
        Assert.Contains(whole, Filing);
        return Encoding.UTF8.GetBytes(Filing.Replace(whole, spoilt, StringComparison.Ordinal));
    }
}
