using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Jianwei.Core.Hosting;
using Jianwei.Simulator;
using Jianwei.Simulator.Text;
using Jianwei.Simulator.World;

namespace Jianwei.App.Verbs;

/// <summary><c>jianwei simulate</c>: a world of companies with a known truth, as a file that <c>replay ndjson:</c> sends.</summary>
internal static class SimulateVerb
{
    private const string WorldSection = "World";

    public static Command Create()
    {
        var companies = new Option<int>("--companies") { Description = "How many.", HelpName = "N", DefaultValueFactory = _ => 2_000 };
        var years = new Option<int>("--years") { Description = "Years of events.", HelpName = "Y", DefaultValueFactory = _ => 3 };
        var first = new Option<int>("--first-year") { Description = "The year whose January the world begins with.", HelpName = "YEAR", DefaultValueFactory = _ => 2021 };
        var seed = new Option<ulong>("--seed") { Description = "The same seed gives the same bytes.", HelpName = "S", DefaultValueFactory = _ => 1 };
        var language = new Option<string>("--language") { Description = "Of all texts: zh or en.", DefaultValueFactory = _ => "zh" };
        var folder = new Option<string>("--out") { Description = "Folder to write; a simulation that is there is replaced.", HelpName = "DIR", Required = true };
        var truth = new Option<bool>("--truth") { Description = "Write what nobody in that world knows: probabilities of default given health itself and given what was observed." };
        var gzip = new Option<bool>("--gzip") { Description = "Compress the events." };
        var threads = new Option<int>("--threads") { Description = "Changes nothing that is written.", HelpName = "N", DefaultValueFactory = _ => Environment.ProcessorCount };
        var json = new Option<bool>("--json") { Description = "Print the manifest as one JSON line at the end." };
        var set = new Option<string[]>("--set") { Description = "A parameter of the world, e.g. --set World:TextStrength=1.5", HelpName = "World:NAME=VALUE", AllowMultipleArgumentsPerToken = false };
        var command = new Command("simulate", "Write the events of a made-up world of companies, in order of observed time, and with --truth its oracles.")
        {
            companies, years, first, seed, language, folder, truth, gzip, threads, json, set,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = new SimulationOptions
            {
                Companies = parsed.GetValue(companies),
                Years = parsed.GetValue(years),
                FirstYear = parsed.GetValue(first),
                Seed = parsed.GetValue(seed),
                Language = Languages.Parse(parsed.GetValue(language)!),
                Folder = parsed.GetValue(folder)!,
                Truth = parsed.GetValue(truth),
                Gzip = parsed.GetValue(gzip),
                Threads = parsed.GetValue(threads),
                World = World(SettingOption.Read(parsed, set)),
            };

            // On another thread: Ctrl-C is listened for once this returns.
            var manifest = await Task.Run(() => new Simulation(options, new ProgressLine()).Run(cancellation), cancellation);
            await Console.Error.WriteLineAsync();
            Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(manifest, JsonOut.Compact) : Sentence(options, manifest));
            return 0;
        });
        return command;
    }

    /// <exception cref="ArgumentException">A name or a value is wrong.</exception>
    private static WorldOptions World(Dictionary<string, string?> settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        SettingsSection[] sections = [new(WorldSection, typeof(WorldOptions))];
        List<string> problems =
        [
            .. settings.Keys.Where(k => !k.StartsWith(WorldSection + ":", StringComparison.OrdinalIgnoreCase)).Select(k => $"--set {k}: allowed are settings of {WorldSection}."),
            .. Settings.Unknown(configuration, sections),
            .. Settings.Unreadable(configuration, sections),
        ];
        return problems.Count > 0 ? throw new ArgumentException(string.Join(' ', problems))
            : configuration.GetSection(WorldSection).Get<WorldOptions>() ?? new();
    }

    private static string Sentence(SimulationOptions options, SimulationManifest manifest)
    {
        var world = $"{options.Folder}: {manifest.Events:N0} events of {manifest.Companies:N0} companies, {manifest.Defaults:N0} defaults ({manifest.DefaultsAYear:P2} a year)";
        return manifest.Truth is not { } truth ? world
            : $"{world}; {truth.Rows:N0} rows; AUC of the oracles: latent {truth.Latent.Auc:0.000}, observable {truth.Observable.Auc:0.000}, "
                + $"tabular {truth.Tabular.Auc:0.000}, without interaction {truth.Additive.Auc:0.000}, text {truth.Text.Auc:0.000}";
    }

    // Written where it is called, in order; System.Progress would hop to another thread.
    private sealed class ProgressLine : IProgress<SimulationProgress>
    {
        private string phase = "";
        private long shown;

        public void Report(SimulationProgress value)
        {
            if (value.Phase != phase || value.Done == value.Total || Stopwatch.GetElapsedTime(shown) > TimeSpan.FromSeconds(0.5))
            {
                (phase, shown) = (value.Phase, Stopwatch.GetTimestamp());
                Console.Error.Write($"\rsimulate: {value.Phase} {value.Done:N0} of {value.Total:N0}, {value.Events:N0} events   ");
            }
        }
    }
}
