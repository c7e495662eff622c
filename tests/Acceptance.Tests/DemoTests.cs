using System.Text.Json.Nodes;
using Jianwei.Acceptance.Harness;

namespace Jianwei.Acceptance;

/// <summary><c>jianwei demo</c>, as a script reads it.</summary>
public sealed class DemoTests
{
    [Fact]
    public async Task Demo_EndsWithNumbersThatAgree()
    {
        await using var installation = await Installation.CreateAsync();
        installation.Environment.Remove("JIANWEI_Kafka__BootstrapServers");
        installation.Environment.Remove("JIANWEI_Kafka__Prefix");
        await using var demo = installation.Start("demo", "--headless", "--json", "--data", "sample,sim", "--companies", "200");

        Assert.Equal(0, await demo.ExitAsync(300));

        var summary = JsonNode.Parse(demo.LastLine)!.AsObject();
        double Number(string key) => summary.TryGetPropertyValue(key, out var value)
            ? value!.GetValue<double>()
            : throw new KeyNotFoundException($"no {key} in {summary}");
        Assert.Equal(Sample.FileMessages, summary["runs"]![0]!["events_read"]!.GetValue<double>());
        Assert.StartsWith("sim-default/", summary["runs"]![1]!["model"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.True(summary["lead_time"]!["defaults"]!.GetValue<int>() > 0, $"{summary}");
        Assert.True(Number("dead_letters") < Number("events_read") / 10, $"{summary}");
        Assert.Equal(Number("events_read"), Number("events_applied") + Number("duplicates") + Number("expired") + Number("dead_letters"));
        Assert.Equal(Number("events_applied"), Number("scores"));
        Assert.True(Number("alerts") > 0, $"{summary}");
        Assert.Equal(Number("alerts"), Number("deliveries"));
        Assert.InRange(Number("p50_ms"), 0.1, Number("p99_ms"));
        Assert.DoesNotContain("crit:", demo.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("fail:", demo.Errors, StringComparison.Ordinal);
    }
}
