using System.CommandLine;
using Jianwei.App.Export;
using Jianwei.App.Hosting;
using Jianwei.Featurizer;
using Jianwei.Featurizer.Export;
using Jianwei.Featurizer.Windows;
using Jianwei.Tokenizer;
using Jianwei.Tokenizer.Documents;

namespace Jianwei.App.Verbs;

/// <summary><c>jianwei export</c>: training data out of the code that serves.</summary>
internal static class ExportVerb
{
    public static Command Create()
    {
        var folder = new Option<string>("--out")
        {
            Description = "Folder to write; an export that is there is replaced.", HelpName = "DIR", Required = true
        };
        var target = new Option<string>("--target")
        {
            Description = "Event type that makes a row positive, or a pattern such as outcome.*",
            HelpName = "TYPE", DefaultValueFactory = _ => "outcome.default",
        };
        var horizon = new Option<int>("--horizon")
        {
            Description = "Days after a row within which the target counts.", HelpName = "DAYS", DefaultValueFactory = _ => 365
        };
        var at = new Option<ExportAt>("--at")
        {
            Description = "When a row is written: monthly, or after each lay-off notice.", DefaultValueFactory = _ => ExportAt.Monthly
        };
        var from = new Option<string>("--from")
        {
            Description = $"Where the events come from: {EventSource.Allowed}.", HelpName = "SOURCE", DefaultValueFactory = _ => "kafka"
        };
        var tokenizer = new Option<string?>("--tokenizer")
        {
            Description = "Also write the companies' texts as tokens of this vocabulary: a tokenizer.json, or a folder that has one or whose CURRENT names it, e.g. models/tokenizer.",
            HelpName = "PATH",
        };
        var catalogue = new Option<string?>("--catalogue")
        {
            Description = "Another feature catalogue than the program's: the setting Featurizer:Catalogue for this run.", HelpName = "FILE",
        };
        var json = new Option<bool>("--json") { Description = "Print the manifest as one JSON line." };
        var set = SettingOption.Create();
        var command = new Command("export",
            "Write training data: each row is the vector that would have been scored then, with what followed. Interrupted, the same command goes on.")
        {
            folder, target, horizon, at, from, tokenizer, catalogue, json, set,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var given = SettingOption.Read(parsed, set);
            if (parsed.GetValue(catalogue) is { } file)
            {
                given["Featurizer:Catalogue"] = file;
            }

            var builder = JianweiHost.Builder(given, LogLevel.Warning);
            builder.Services.AddFeatures();
            await using var app = builder.Build();
            var source = parsed.GetValue(from)!;
            var texts = parsed.GetValue(tokenizer) is { } path ? new DocumentEncoder(SubwordTokenizer.Load(path)) : null;
            var settings = new ExportSettings(
                parsed.GetValue(folder)!, parsed.GetValue(target)!, parsed.GetValue(horizon), parsed.GetValue(at),
                EventSource.NameOf(source), texts);
            var export = new TrainingExport(app.Services.GetRequiredService<FeaturePlan>(), settings);
            var line = new ProgressLine(TimeProvider.System);
            var progress = new Inline<ExportProgress>(now => line.Show($"export: {now.Events:N0} events, {now.Rows:N0} rows" +
                (now.Kept > 0 ? $", of which the interrupted run left {now.Kept:N0}" : "")));
            var manifest = await export.WriteAsync(EventSource.Read(source, app.Services, cancellation), progress, cancellation);
            line.End();
            await Console.Out.WriteLineAsync(parsed.GetValue(json)
                ? manifest.ToJsonLine()
                : $"{settings.Folder}: {manifest.Rows:N0} rows of {manifest.Companies:N0} companies, {manifest.Positive:N0} positive, {manifest.Censored:N0} censored, " +
                  $"{manifest.Features.Count} features, catalogue {manifest.Catalogue}" +
                  (texts is null ? ""
                      : $"; {manifest.Documents:N0} texts of {manifest.Tokens:N0} tokens, tokenizer {manifest.Tokenizer!.Hash}"));
            return 0;
        });
        return command;
    }
}
