using System.CommandLine;
using System.Text.Json;
using Jianwei.App.Demo;
using Spectre.Console;

namespace Jianwei.App.Verbs;

/// <summary><c>jianwei demo</c>: the main job on real input, with a view of it.</summary>
internal static class DemoVerb
{
    private const int Shown = 20;

    public static Command Create()
    {
        var dataOption = new Option<string>("--data") { Description = "sample (in the repository), warn-full or yc (where ../shared/data is present).", DefaultValueFactory = _ => "sample" };
        var headless = new Option<bool>("--headless") { Description = "No live view; exits by itself." };
        var json = new Option<bool>("--json") { Description = "Print one JSON line last." };
        var set = SettingOption.Create();
        var command = new Command("demo", "Replay real notices through all stages into scores and alerts. Needs Redis and PostgreSQL (./jianwei demo starts them); Kafka is a mock inside the process.")
        { dataOption, headless, json, set };
        command.SetAction(async (parsed, cancellation) =>
        {
            var data = DemoData.Named(parsed.GetValue(dataOption)!);
            var quiet = parsed.GetValue(headless) || Console.IsOutputRedirected;
            await Console.Error.WriteLineAsync($"replaying {data.Title}");
            var run = new DemoRun(data, SettingOption.Read(parsed, set), quiet);
            var summary = await run.RunAsync((url, client, result) => LookAroundAsync(url, client, result, quiet, cancellation), cancellation);
            if (parsed.GetValue(json))
            {
                Console.WriteLine(JsonSerializer.Serialize(summary, JsonOut.Compact));
            }

            return 0;
        });
        return command;
    }

    private static async Task LookAroundAsync(string url, DemoClient client, DemoSummary summary, bool quiet, CancellationToken cancellation)
    {
        var console = quiet ? AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(Console.Error) }) : AnsiConsole.Console;
        if (quiet)
        {
            console.Profile.Width = 180;
        }

        console.Write(AlertTable.Of(await client.AlertsAsync(Shown, cancellation), $"the newest of {summary.Alerts:N0} alerts"));
        console.MarkupLineInterpolated(
            $"{summary.EventsRead:N0} messages read, {summary.EventsApplied:N0} applied, {summary.DeadLetters:N0} refused, {summary.Scores:N0} scored by {summary.Model}, {summary.Alerts:N0} alerts, {summary.Deliveries:N0} delivered");
        if (quiet)
        {
            return;
        }

        console.MarkupLineInterpolated($"Look around while this runs:");
        foreach (var path in (string[])["/api/alerts?limit=5", "/api/portfolios", "/api/companies?name=mc", "/ready", "/metrics"])
        {
            console.MarkupLineInterpolated($"  curl '{url}{path}'");
        }

        console.MarkupLine("[grey]Ctrl-C ends it.[/]");
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
        }
        catch (OperationCanceledException)
        {
            // The person has seen enough.
        }
    }
}
