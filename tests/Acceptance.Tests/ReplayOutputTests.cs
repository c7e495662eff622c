using System.Text.Json.Nodes;
using Jianwei.Acceptance.Harness;

namespace Jianwei.Acceptance;

/// <summary>What <c>replay</c> tells another program: exit code, one line of JSON, and plain lines elsewhere.</summary>
public sealed class ReplayOutputTests
{
    [Fact]
    public async Task RefusedLines_AreCountedAndNamedAndEndWithCodeTwo()
    {
        await using var installation = await Installation.CreateAsync();
        var path = Path.Combine(Path.GetTempPath(), $"jianwei-{Guid.NewGuid():N}-{new string('x', 90)}.ndjson");
        var good = (await File.ReadAllLinesAsync(Sample.Source.Split(':', 2)[1]))[0];
        await File.WriteAllLinesAsync(path, [good, "nonsense", "{\"a\":1}"]);
        try
        {
            await using var json = installation.Start("replay", $"ndjson:{path}", "--stages", "none", "--json");
            Assert.Equal(2, await json.ExitAsync(60));
            Assert.Equal(
                (1, 2),
                (JsonNode.Parse(json.LastLine)!["sent"]!.GetValue<int>(), JsonNode.Parse(json.LastLine)!["refused"]!.GetValue<int>()));
            Assert.Equal($"jianwei: 2 lines of {path} were refused and not sent", json.Errors);

            await using var plain = installation.Start("replay", $"ndjson:{path}", "--stages", "none");
            Assert.Equal(2, await plain.ExitAsync(60));
            Assert.Equal(3, plain.Output.Split('\n').Length);
            Assert.Contains($"not sent {path}:2: ", plain.Output, StringComparison.Ordinal);
            Assert.DoesNotContain('\u001b', plain.Output + plain.Errors);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Waiting_IsToldInLines()
    {
        await using var installation = await Installation.CreateAsync();
        await using var replay = installation.Start("replay", Sample.Source, "--limit", "10", "--drain", "--json");

        await replay.SaysAsync("10 sent, 10 behind; waiting for the stages to finish: ingest (10 behind)", 30);

        Assert.All(replay.Errors.Split('\n'), line => Assert.StartsWith("replay: ", line, StringComparison.Ordinal));
    }
}
