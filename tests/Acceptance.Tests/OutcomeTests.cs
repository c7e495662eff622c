using System.Text.Json;
using System.Text.Json.Nodes;
using Jianwei.Acceptance.Harness;

namespace Jianwei.Acceptance;

/// <summary>
/// A reported default is one alert for each subscription, the last until the company is cured, whatever is replayed or killed.
/// </summary>
public sealed class OutcomeTests
{
    private const string Company = "X-TEST:1";

    private static readonly object[] Default =
    [
        Notice("2024-01-10"), Notice("2024-02-10"), Outcome("2024-03-04", "default", "2024-03-01"),
    ];

    private static readonly object[] After =
        [Notice("2024-03-20"), .. Enumerable.Range(1, 40).Select(day => Notice($"2024-05-{1 + (day % 28):00}", $"-{day}"))];

    private static readonly object[] Cured = [Outcome("2024-08-01", "cured", "2024-08-01")];

    [Fact]
    public async Task Default_IsToldOnce_AndTheLastWordUntilItIsCured()
    {
        await using var installation = (await Installation.CreateAsync()).WithSmallBatches(5);
        installation.Environment["JIANWEI_Kafka__Client__group.instance.id"] = "one";
        var program = installation.Run();
        await installation.SubscribeAsync(program, [Company]);
        await SendAsync(installation, Default);
        var told = await AlertsAsync(program);
        Assert.Equal(
            ["everything", "watch"],
            told.Where(Reported).Select(a => (string)a["subscription"]!["name"]!).Order(StringComparer.Ordinal));
        foreach (var alert in told.Where(Reported))
        {
            Assert.Equal("firing", (string)alert["state"]!);
            Assert.Equal("default reported on 2024-03-04, of 2024-03-01", (string)alert["reasons"]![0]!["text"]!);
            Assert.Equal("outcome.default", (string)alert["events"]![0]!["type"]!);
        }

        Assert.All(told.Where(a => !Reported(a)), a => Assert.Equal("resolved", (string)a["state"]!));

        // Forty notices later it is killed, started again, and everything is sent again.
        await SendAsync(installation, After, drain: false);
        await Until.TrueAsync(
            () => installation.Count(installation.Kafka.Topics.Scores) > Default.Length,
            () => "a score after the default",
            60);
        await program.KillAsync();
        await program.DisposeAsync();
        program = installation.Run();
        await SendAsync(installation, Default);
        await SendAsync(installation, After);
        Assert.Equal(told.Count, (await AlertsAsync(program)).Count);
        Assert.Equal(Default.Length + After.Length, await ScoresAsync(program));

        await SendAsync(installation, Cured);
        var now = await AlertsAsync(program);
        Assert.Equal(2 + told.Count, now.Count);
        Assert.All(now.Where(Reported), a => Assert.Equal("resolved", (string)a["state"]!));
        Assert.Equal(
            "outcome.cured",
            (string?)JsonNode.Parse((await program.GetAsync($"/api/companies/{Company}")).Text)!["outcome"]!["type"]);
        Assert.Equal(0, await program.StopAsync());
        await program.DisposeAsync();
    }

    private static object Notice(string day, string more = "") => new
    {
        schema_version = 1, source = "court", source_event_id = $"n-{day}{more}", company = new { scheme = "X-TEST", id = "1" },
        observed_time = day, kind = "lay_off_notice", detail = "closure", head_count = 400, topic = "filings",
    };

    private static object Outcome(string day, string kind, string date) => new
    {
        schema_version = 1, source = "court", source_event_id = $"o-{day}", company = new { scheme = "X-TEST", id = "1" },
        observed_time = day, kind, date, topic = "outcomes",
    };

    private static async Task SendAsync(Installation installation, object[] messages, bool drain = true)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllLinesAsync(file, messages.Select(m => JsonSerializer.Serialize(m)));
        await installation.DoAsync(["replay", $"ndjson:{file}", .. drain ? ["--drain"] : Array.Empty<string>()]);
        File.Delete(file);
    }

    private static bool Reported(JsonNode alert) => (string)alert["rule"]! == "outcome";

    private static async Task<List<JsonNode>> AlertsAsync(JianweiProcess program) =>
        [.. JsonNode.Parse((await program.GetAsync($"/api/alerts?limit=1000")).Text)!["items"]!.AsArray().Select(a => a!)];

    // Every event of a company makes one.
    private static async Task<long> ScoresAsync(JianweiProcess program) =>
        JsonNode.Parse((await program.GetAsync($"/api/companies/{Company}")).Text)!["score"]!["state_version"]!.GetValue<long>();
}
