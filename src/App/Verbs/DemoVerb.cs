using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Jianwei.App.Demo;
using Jianwei.App.Hosting;
using Spectre.Console;

namespace Jianwei.App.Verbs;

/// <summary><c>jianwei demo</c>: the main job on real input, with a view of it.</summary>
internal static class DemoVerb
{
    public static Command Create()
    {
        var dataOption = new Option<string>("--data")
        {
            Description = "Streams, one after the other, with commas: sample (real notices, in the repository), sim (a simulated world with a known truth), warn-full or yc (real, where ../shared/data is present).",
            DefaultValueFactory = _ => "sample,sim"
        };
        var companies = new Option<int>("--companies")
        {
            Description = "Companies of the simulated world.", HelpName = "N", DefaultValueFactory = _ => 2_000
        };
        var seed = new Option<ulong>("--seed")
        {
            Description = "Seed of the simulated world.", HelpName = "S", DefaultValueFactory = _ => 20_26
        };
        var headless = new Option<bool>("--headless") { Description = "No live view; exits by itself." };
        var json = new Option<bool>("--json") { Description = "Print one JSON line last." };
        var check = new Option<bool>("--check")
        {
            Description = "Only look whether the options are right; no server is needed for that.", Hidden = true
        };
        var set = SettingOption.Create();
        var command = new Command("demo",
            "Replay real notices and a simulated world through all stages into scores and alerts. Needs Redis and PostgreSQL (./jianwei demo starts them); Kafka is a mock inside the process.")
        { dataOption, companies, seed, headless, json, check, set };
        command.SetAction(async (parsed, cancellation) =>
        {
            var names = parsed.GetValue(dataOption)!.Split(',', StringSplitOptions.TrimEntries);
            if (names.Distinct().Count() != names.Length)
            {
                throw new ArgumentException($"--data {string.Join(',', names)}: each stream once");
            }

            var real = names.Where(n => n != DemoData.Simulated).ToDictionary(n => n, DemoData.Named);
            var quiet = parsed.GetValue(headless) || Console.IsOutputRedirected;
            var (settings, runs) = (SettingOption.Read(parsed, set), new List<DemoSummary>());
            DemoWorld.Options(parsed.GetValue(companies), parsed.GetValue(seed)).Check();
            if (parsed.GetValue(check))
            {
                await JianweiHost.CheckAsync(settings);
                return 0;
            }

            foreach (var name in names)
            {
                using var world = name == DemoData.Simulated
                    ? await DemoWorld.MakeAsync(parsed.GetValue(companies), parsed.GetValue(seed), cancellation)
                    : null;
                var data = world?.Data ?? real[name];
                await Console.Error.WriteLineAsync($"replaying {data.Title}");
                var last = runs.Count == names.Length - 1;
                runs.Add(await new DemoRun(data, settings, quiet).RunAsync(
                    (url, alerts, summary) => ShowAsync(url, alerts, summary, quiet, look: last && !quiet, cancellation), cancellation));
            }

            if (parsed.GetValue(json))
            {
                Console.WriteLine(JsonSerializer.Serialize(DemoSummary.Together(runs), JsonOut.Compact));
            }

            return 0;
        });
        return command;
    }

    private static async Task ShowAsync(
        string url, IReadOnlyList<JsonNode> alerts, DemoSummary summary, bool quiet, bool look, CancellationToken cancellation)
    {
        var console = quiet ? AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(Console.Error) }) : AnsiConsole.Console;
        if (quiet)
        {
            console.Profile.Width = 180;
        }

        console.Write(AlertTable.Of(alerts, $"the newest of {summary.Alerts:N0} alerts"));
        console.MarkupLineInterpolated(
            $"{summary.EventsRead:N0} messages read, {summary.EventsApplied:N0} applied, {summary.Duplicates:N0} repeated, {summary.DeadLetters:N0} refused, {summary.Scores:N0} scored by {summary.Model}, {summary.Alerts:N0} alerts, {summary.Deliveries:N0} delivered");
        var bands = string.Join(", ", summary.Bands.Where(b => b.Fire is not null).Select(b => string.Create(
            CultureInfo.InvariantCulture, $"{b.Name} from {b.Fire:P1} (left below {b.Recover:P1})")));
        console.MarkupLineInterpolated($"percentages are the probability of: {summary.Predicts}{(bands.Length > 0 ? $"; bands: {bands}" : "")}");
        if (summary.LeadTime is { } lead)
        {
            var early = lead.MedianDays is { } days ? $", half of those {days:N0} days ahead or more" : "";
            console.MarkupLineInterpolated(
                $"beside the known truth: {lead.Warned:N0} of {lead.Defaults:N0} defaults had an alert in the year before{early}; {lead.Followed:N0} of {lead.Alerts:N0} alerts of a rise had a default in the year after");
        }

        if (!look)
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
