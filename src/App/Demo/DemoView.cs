using System.Globalization;
using System.Text.Json.Nodes;
using Jianwei.Featurizer;
using Jianwei.Featurizer.State;
using Jianwei.Ingest.Replay;
using Jianwei.Scorer.Telemetry;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Jianwei.App.Demo;

/// <summary>What the demo shows while it runs.</summary>
internal sealed class DemoView(
    FeaturizerMetrics metrics, ScoreLatency latency, DemoClient client, long portfolio, TimeProvider time)
    : IProgress<ReplayProgress>
{
    private const int NewestAlerts = 8;
    private readonly long started = time.GetTimestamp();
    private ReplayProgress? replay;
    private IReadOnlyList<JsonNode> alerts = [];
    private (long At, long Events, long Scores) last;
    private (double Events, double Scores) rate;

    public void Report(ReplayProgress value) => replay = value;

    /// <summary>Asks the API for the newest alerts and takes the rates since the last look.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        var now = (At: time.GetTimestamp(), Events: metrics.Total(Applied.Yes), Scores: latency.Count);
        var seconds = time.GetElapsedTime(last.At == 0 ? started : last.At, now.At).TotalSeconds;
        rate = ((now.Events - last.Events) / seconds, (now.Scores - last.Scores) / seconds);
        last = now;
        alerts = await client.AlertsAsync(portfolio, NewestAlerts, cancellation);
    }

    /// <summary>One line for a log.</summary>
    public string Line() => string.Create(CultureInfo.InvariantCulture,
        $"{replay?.StreamTime:yyyy-MM-dd} {replay?.Sent ?? 0:N0} of {replay?.Total ?? 0:N0} sent, {metrics.Total(Applied.Yes):N0} applied, {latency.Count:N0} scored, {Behind():N0} behind");

    public IRenderable Table()
    {
        var numbers = new Grid().AddColumns(6).AddRow("stream time", "sent", "events/s", "scores/s", "behind", "p99 event to score")
            .AddRow(
                $"[bold]{replay?.StreamTime:yyyy-MM-dd}[/]", $"[bold]{replay?.Sent ?? 0:N0}[/] of {replay?.Total ?? 0:N0}",
                $"[bold]{rate.Events:N0}[/]", $"[bold]{rate.Scores:N0}[/]",
                $"[bold]{Behind():N0}[/]", $"[bold]{latency.Percentile(0.99).TotalMilliseconds:N0} ms[/]");
        return new Rows(new Panel(numbers).Header("jianwei demo"), AlertTable.Of(alerts, "newest alerts"));
    }

    private long Behind() => replay is { Lag.Count: > 0 } known ? known.Lag.Values.Sum() : 0;
}
