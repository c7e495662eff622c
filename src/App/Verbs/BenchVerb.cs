using System.CommandLine;
using System.Text.Json;
using Jianwei.App.Bench;

namespace Jianwei.App.Verbs;

/// <summary><c>jianwei bench</c>: the program's speed beside that of what it stands on, in one run on the same servers.</summary>
internal static class BenchVerb
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print one JSON line instead of the table." };
        var only = new Option<string[]>("--only")
        {
            Description = "Parts to measure; all unless named.", AllowMultipleArgumentsPerToken = true
        };
        only.AcceptOnlyFromAmong("featurizer", "scorer", "path");
        var seconds = new Option<int>("--seconds")
        {
            Description = "Length of the path's fixed-rate phase.", DefaultValueFactory = _ => 20
        };
        var rate = new Option<int>("--rate")
        {
            Description = "Events a second of the path's fixed-rate phase.", DefaultValueFactory = _ => 1_000
        };
        var set = SettingOption.Create();
        var command = new Command("bench",
            "Measure: Featurizer beside redis-benchmark, Scorer beside a bare ONNX Runtime loop, the whole path, bytes a company. Uses the servers of the settings, under names of its own.")
        { json, only, seconds, rate, set };
        command.SetAction(async (parsed, cancellation) =>
        {
            var parts = parsed.GetValue(only) is { Length: > 0 } some ? some : ["featurizer", "scorer", "path"];
            var plan = new BenchPlan(
                SettingOption.Read(parsed, set), parts, TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(rate));
            var report = await new BenchRun(plan, new Progress<string>(Console.Error.WriteLine)).RunAsync(cancellation);
            if (parsed.GetValue(json))
            {
                Console.WriteLine(JsonSerializer.Serialize(report, JsonOut.Compact));
            }
            else
            {
                BenchTable.Print(report);
            }

            return 0;
        });
        return command;
    }
}
