using System.Text.Json.Nodes;
using Jianwei.Acceptance.Harness;

namespace Jianwei.Acceptance;

/// <summary>
/// Alerts of the shipped model that reads texts, on filings of a simulated world: reasons down to the sentence, and the same after kills.
/// </summary>
[Trait("Length", "long")]
public sealed class ReasonsTests(ITestOutputHelper output) : IDisposable
{
    private const int Messages = 2_500;
    private const int Kills = 3;

    private readonly string folder = Directory.CreateTempSubdirectory("jianwei-reasons-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Kill_WhileAlertsAreExplained_GivesTheSameReasons()
    {
        await using var quiet = await CreateAsync();
        var (source, companies) = await WorldAsync(quiet);
        await using var program = quiet.Run();
        await quiet.SubscribeAsync(program, companies);
        await quiet.DoAsync("replay", source, "--drain", "--json");
        var expected = await Outcome.OfAsync(quiet);
        await AssertExplainedAsync(program);

        await using var disturbed = (await CreateAsync()).WithSmallBatches(100);
        disturbed.Environment["JIANWEI_Kafka__Client__group.instance.id"] = "one";
        var victim = disturbed.Run();
        await disturbed.SubscribeAsync(victim, companies);
        await using var replay = disturbed.Start("replay", source, "--max-lag", "400", "--json");
        for (var kill = 1; kill <= Kills; kill++)
        {
            await disturbed.SomeEventsAsync(Messages / (Kills + 2), replay);
            await victim.KillAsync();
            await victim.DisposeAsync();
            victim = disturbed.Run();
        }

        Assert.Equal(0, await replay.ExitAsync(300));
        await disturbed.DrainAsync(300);
        Outcome.AssertSame(expected, await Outcome.OfAsync(disturbed));
        Assert.Equal(0, await victim.StopAsync());
        await victim.DisposeAsync();
        Assert.Equal(0, await program.StopAsync());
    }

    private static async Task<Installation> CreateAsync()
    {
        var installation = await Installation.CreateAsync();
        installation.Environment["JIANWEI_Scorer__Model"] = "sim-default";
        return installation;
    }

    // Filings alone: the order between topics is not promised when processes come and go.
    private async Task<(string Source, IReadOnlyList<string> Companies)> WorldAsync(Installation installation)
    {
        await installation.DoAsync("simulate", "--companies", "400", "--years", "3", "--seed", "11", "--out", folder);
        var lines = File.ReadLines(Path.Combine(folder, "events.ndjson"))
            .Where(l => JsonNode.Parse(l) is { } m && m["text"] is not null && m["kind"] is not null && m["after"] is null)
            .Take(Messages)
            .Select(l => l[..^1] + ",\"topic\":\"filings\"}")
            .ToList();
        var filings = Path.Combine(folder, "filings.ndjson");
        await File.WriteAllLinesAsync(filings, lines);
        return (
            $"ndjson:{filings}",
            [.. lines.Select(l => JsonNode.Parse(l)!["company"]!).Select(c => $"{c["scheme"]}:{c["id"]}").Distinct()]);
    }

    private async Task AssertExplainedAsync(JianweiProcess program)
    {
        using var http = new HttpClient { BaseAddress = new(await program.UrlAsync()) };
        var page = JsonNode.Parse(await http.GetStringAsync(
            new Uri("/api/alerts?limit=1000", UriKind.Relative), TestContext.Current.CancellationToken))!;
        var alerts = page["items"]!.AsArray().Where(a => a!["before"] is not null).ToList();
        Assert.NotEmpty(alerts);
        foreach (var alert in alerts)
        {
            Assert.Null(alert!["reasons_note"]);
            var reasons = alert["reasons"]!.AsArray();
            Assert.InRange(reasons.Count, 1, 6);
            var sum = reasons.Sum(r => Number(r!["value"])) + Number(alert["reasons_other"]) + Number(alert["reasons_residual"]);
            Assert.Equal(Number(alert["after"]!["log_odds"]) - Number(alert["before"]!["log_odds"]), sum, 1e-3);
            Assert.InRange(Number(alert["reasons_residual"]), -0.01, 0.01);
        }

        var texts = alerts.SelectMany(a => a!["reasons"]!.AsArray()).Where(r => (string?)r!["change"] == "new").ToList();
        var some = string.Join("; ", texts.Take(5).Select(t => $"{t!["value"]} {t["text"]}"));
        output.WriteLine($"{alerts.Count} alerts, {texts.Count} new texts among their reasons; {some}");
        Assert.NotEmpty(texts);
        Assert.All(texts, t => Assert.Equal(("filing", 1), ((string?)t!["segment"], t["sentence"]!.GetValue<string>().Length > 0 ? 1 : 0)));
        Assert.Contains(texts, t => t!["events"]!.AsArray() is [{ } happened] && (string?)happened["source_event_id"] == (string?)t["key"]);
    }

    private static double Number(JsonNode? node) => node!.GetValue<double>();
}
