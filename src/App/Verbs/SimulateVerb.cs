using System.CommandLine;
using System.Text.Json;
using Jianwei.Core.Hosting;
using Jianwei.Ingest.Replay;
using Jianwei.Simulator;
using Jianwei.Simulator.Text;
using Jianwei.Simulator.World;

namespace Jianwei.App.Verbs;

/// <summary>
/// <c>jianwei simulate</c>: a world of companies with a known truth, as a file that <c>replay ndjson:</c> sends,
/// or straight to the raw topics.
/// </summary>
internal static class SimulateVerb
{
    private const string WorldSection = "World";

    public static Command Create()
    {
        var companies = new Option<int>("--companies") { Description = "How many.", HelpName = "N", DefaultValueFactory = _ => 2_000 };
        var years = new Option<int>("--years") { Description = "Years of events.", HelpName = "Y", DefaultValueFactory = _ => 3 };
        var first = new Option<int?>("--first-year")
        {
            Description = "The year whose January the world begins with (2021; with --live the last of the years is this year).",
            HelpName = "YEAR"
        };
        var seed = new Option<ulong>("--seed")
        {
            Description = "The same seed gives the same bytes.", HelpName = "S", DefaultValueFactory = _ => 1
        };
        var language = new Option<string>("--language") { Description = "Of all texts: zh or en.", DefaultValueFactory = _ => "zh" };
        var folder = new Option<string?>("--out")
        {
            Description = "Folder to write; a simulation that is there is replaced.", HelpName = "DIR"
        };
        var truth = new Option<bool>("--truth")
        {
            Description = "Write what nobody in that world knows: probabilities of default given health itself and given what was observed."
        };
        var gzip = new Option<bool>("--gzip") { Description = "Compress the events." };
        var threads = new Option<int>("--threads")
        {
            Description = "Changes nothing that is written.", HelpName = "N", DefaultValueFactory = _ => Environment.ProcessorCount
        };
        var send = new Option<bool>("--send")
        {
            Description = "Send the events to the raw topics once the world is made. Without --out nothing of it stays."
        };
        var speed = new Option<string>("--speed")
        {
            Description = "Of --send: a multiple of the world's own pace such as 1000x, or max.", DefaultValueFactory = _ => "max"
        };
        var stages = new Option<string>("--stages")
        {
            Description = "Of --send and --live: stages that are waited for, with commas; none waits for nobody.",
            DefaultValueFactory = _ => string.Join(',', StageLag.AllStages)
        };
        var live = new Option<bool>("--live")
        {
            Description = "Send what is past as fast as possible and then each event when it is due, until this year ends."
        };
        var json = new Option<bool>("--json") { Description = "Print the manifest as one JSON line (with --send what was sent, too)." };
        var set = new Option<string[]>("--set")
        {
            Description = "A parameter of the world, e.g. --set World:TextStrength=1.5, or with --send a setting, e.g. Kafka:BootstrapServers=127.0.0.1:9092",
            HelpName = "SECTION:NAME=VALUE",
            AllowMultipleArgumentsPerToken = false
        };
        var command = new Command("simulate",
            "Make the events of a made-up world of companies, in order of observed time, and with --truth its oracles: as files (--out), or into Kafka (--send, --live).")
        {
            companies, years, first, seed, language, folder, truth, gzip, threads, send, speed, live, stages, json, set,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (isLive, isSent) = (parsed.GetValue(live), parsed.GetValue(send) || parsed.GetValue(live));
            var pace = ReplayOptions.ParseSpeed(parsed.GetValue(speed)!);
            if (isLive && pace is not null)
            {
                throw new ArgumentException(
                    $"--speed {parsed.GetValue(speed)} goes with --send alone: --live sends at the pace of the clock");
            }

            if (parsed.GetValue(folder) is { } named && (string.IsNullOrWhiteSpace(named) || File.Exists(named)))
            {
                throw new ArgumentException($"--out is '{named}'; allowed: a folder, which need not exist");
            }

            if (parsed.GetValue(folder) is null && (!isSent || parsed.GetValue(truth)))
            {
                throw new ArgumentException(isSent
                    ? "--truth needs --out DIR, where it stays"
                    : "nothing to do: allowed are --out DIR, --send and --live");
            }

            var settings = SettingOption.Read(parsed, set);
            var place = parsed.GetValue(folder) ?? Path.Combine(Path.GetTempPath(), $"jianwei-simulate-{Environment.ProcessId}");
            var options = new SimulationOptions
            {
                Companies = parsed.GetValue(companies),
                Years = parsed.GetValue(years),
                FirstYear = parsed.GetValue(first) ?? (isLive ? TimeProvider.System.GetUtcNow().Year - parsed.GetValue(years) + 1 : 2021),
                Seed = parsed.GetValue(seed),
                Language = Languages.Parse(parsed.GetValue(language)!),
                Folder = place,
                Truth = parsed.GetValue(truth),
                Gzip = parsed.GetValue(gzip),
                Threads = parsed.GetValue(threads),
                World = World(settings, isSent),
            };

            try
            {
                // On another thread: Ctrl-C is listened for once this returns.
                var manifest = await Task.Run(() => Make(options, cancellation), cancellation);
                Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(manifest, JsonOut.Compact)
                    : Sentence(parsed.GetValue(folder), manifest));
                return isSent ? await SendAsync(Path.Combine(place, manifest.EventFile), manifest) : 0;
            }
            finally
            {
                if (parsed.GetValue(folder) is null && Directory.Exists(place))
                {
                    Directory.Delete(place, recursive: true);
                }
            }

            async Task<int> SendAsync(string path, SimulationManifest manifest)
            {
                var kafka = settings.Where(s => !OfWorld(s.Key)).ToDictionary();
                var replay = new ReplayOptions
                {
                    Format = ReplayFormats.Get("ndjson"), Path = path, Speed = pace,
                    Stages = StageLag.Parse(parsed.GetValue(stages)!), PositionFolder = Path.Combine(place, "sent"),
                };
                if (!isLive)
                {
                    return ReplayConsole.Code(await ReplayConsole.RunAsync(kafka, replay, parsed.GetValue(json), "simulate", cancellation));
                }

                var now = TimeProvider.System.GetUtcNow();
                var past = await ReplayConsole.RunAsync(
                    kafka, replay with { To = now }, parsed.GetValue(json), "simulate, what is past", cancellation);
                var left = manifest.Events - past.Sent;
                await Console.Error.WriteLineAsync(
                    $"simulate: {past.Sent:N0} messages of before {now:yyyy-MM-dd HH:mm}Z were sent at once; " + (left == 0 ? "none is left"
                    : $"the other {left:N0} follow, each when it is due, until the end of {options.FirstYear + options.Years - 1}; Ctrl-C ends it"));
                return left == 0 ? ReplayConsole.Code(past)
                    : ReplayConsole.Code(await ReplayConsole.RunAsync(
                        kafka, replay with { From = now, Start = now, Speed = 1 }, parsed.GetValue(json), "simulate, live", cancellation));
            }
        });
        return command;
    }

    /// <summary>Simulates, with progress on standard error.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static SimulationManifest Make(SimulationOptions options, CancellationToken cancellation)
    {
        var line = new ProgressLine(TimeProvider.System);
        var progress = new Inline<SimulationProgress>(
            now => line.Show($"simulate: {now.Phase} {now.Done:N0} of {now.Total:N0}, {now.Events:N0} events"));
        var manifest = new Simulation(options, progress).Run(cancellation);
        line.End();
        return manifest;
    }

    private static bool OfWorld(string setting) => setting.StartsWith(WorldSection + ":", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="ArgumentException">A name or a value is wrong.</exception>
    private static WorldOptions World(Dictionary<string, string?> settings, bool isSent)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Where(s => OfWorld(s.Key))).Build();
        SettingsSection[] sections = [new(WorldSection, typeof(WorldOptions))];
        List<string> problems =
        [
            .. settings.Keys.Where(k => !isSent && !OfWorld(k))
                .Select(k => $"--set {k}: without --send only settings of {WorldSection} are allowed."),
            .. Settings.Unknown(configuration, sections),
            .. Settings.Unreadable(configuration, sections),
        ];
        return problems.Count > 0 ? throw new ArgumentException(string.Join(' ', problems))
            : configuration.GetSection(WorldSection).Get<WorldOptions>() ?? new();
    }

    // A folder that is gone afterwards is not named.
    private static string Sentence(string? folder, SimulationManifest manifest)
    {
        var world =
            $"{folder ?? "a world"}: {manifest.Events:N0} events of {manifest.Companies:N0} companies, {manifest.Defaults:N0} defaults ({manifest.DefaultsAYear:P2} a year)";
        return manifest.Truth is not { } truth ? world
            : $"{world}; {truth.Rows:N0} rows; AUC of the oracles: latent {truth.Latent.Auc:0.000}, observable {truth.Observable.Auc:0.000}, "
                + $"tabular {truth.Tabular.Auc:0.000}, without interaction {truth.Additive.Auc:0.000}, text {truth.Text.Auc:0.000}";
    }
}
