using System.Text.Json.Nodes;
using Jianwei.Acceptance.Harness;
using Jianwei.Core.Kafka;

namespace Jianwei.Acceptance;

/// <summary><c>jianwei simulate</c> into Kafka.</summary>
public sealed class SimulateTests
{
    [Fact]
    public async Task World_GoesToTheRawTopics_AndNothingOfItStays()
    {
        await using var installation = await Installation.CreateAsync();
        var folders = Folders();
        await using var simulate = installation.Start(
            "simulate", "--companies", "40", "--years", "1", "--send", "--stages", "none", "--json");

        Assert.Equal(0, await simulate.ExitAsync(120));

        var lines = simulate.Output.Split('\n');
        var (events, sent) = (JsonNode.Parse(lines[0])!["events"]!.GetValue<long>(), JsonNode.Parse(lines[1])!["sent"]!.GetValue<long>());
        Assert.True(events > 100, simulate.Output);
        Assert.Equal((events, events), (sent, Raw(installation)));
        Assert.Equal(folders, Folders());
    }

    [Fact]
    public async Task LiveWorld_SendsWhatIsPast_ThenWaitsForTheClock()
    {
        await using var installation = await Installation.CreateAsync();
        await using var simulate = installation.Start("simulate", "--companies", "40", "--years", "2", "--live", "--stages", "none");

        await Until.TrueAsync(
            () => simulate.Output.Contains("messages sent in", StringComparison.Ordinal),
            () => $"the past is sent; {simulate.Output}\n{simulate.Errors}",
            120);
        var past = Raw(installation);
        Assert.True(past > 100);
        await simulate.SaysAsync($"simulate: {past:N0} messages of before ", 60);
        await simulate.SaysAsync("simulate, live: ", 60);
        Assert.Contains(
            $" follow, each when it is due, until the end of {TimeProvider.System.GetUtcNow().Year}; Ctrl-C ends it",
            simulate.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("jianwei-simulate-", simulate.Output + simulate.Errors, StringComparison.Ordinal);
        Assert.True(simulate.Running);
        Assert.NotEqual(0, await simulate.StopAsync());
    }

    private static string[] Folders() => Directory.GetDirectories(Path.GetTempPath(), "jianwei-simulate-*");

    private static long Raw(Installation installation)
    {
        var (reader, topics) = (new TopicReader(installation.Kafka), installation.Kafka.Topics);
        return new[] { topics.CompanyChanges, topics.JobPostings, topics.Filings, topics.Outcomes }
            .Sum(t => reader.Watermarks(t).Sum(w => w.High));
    }
}
