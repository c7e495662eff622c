using System.CommandLine;
using Jianwei.App.Hosting;
using Jianwei.Ingest.Replay;

namespace Jianwei.App.Verbs;

/// <summary><c>jianwei replay FORMAT:PATH</c>: a file into the raw topics.</summary>
internal static class ReplayVerb
{
    public static Command Create()
    {
        var source = new Argument<string>("source")
        {
            Description = $"FORMAT:PATH, e.g. warn:samples/warn-2000.csv; formats: {string.Join(", ", ReplayFormats.All.Select(f => f.Name))}; .gz is unpacked.",
            HelpName = "FORMAT:PATH"
        };
        var speed = new Option<string>("--speed")
        {
            Description = "A multiple of the stream's own pace such as 1000x, or max.", DefaultValueFactory = _ => "max"
        };
        var resume = new Option<bool>("--resume")
        {
            Description = "Go on after the last acknowledged message of the same file to the same cluster."
        };
        var from = new Option<string?>("--from") { Description = "Only what was observed from this date on.", HelpName = "DATE" };
        var to = new Option<string?>("--to") { Description = "Only what was observed before this date.", HelpName = "DATE" };
        var limit = new Option<long?>("--limit") { Description = "At most so many messages.", HelpName = "N" };
        var maxLag = new Option<long>("--max-lag")
        {
            Description = "Wait while a stage is more messages behind than this.", DefaultValueFactory = _ => 20_000, HelpName = "N"
        };
        var stages = new Option<string>("--stages")
        {
            Description = "Stages that are waited for, with commas; none waits for nobody.",
            DefaultValueFactory = _ => string.Join(',', StageLag.AllStages)
        };
        var drain = new Option<bool>("--drain") { Description = "Wait at the end until those stages have handled everything." };
        var json = new Option<bool>("--json") { Description = "Print one JSON line at the end." };
        var set = SettingOption.Create();
        var command = new Command("replay",
            "Send a file of past events to the raw topics, in order of observed time. Exit code 2 where lines were refused: they are named, and the rest is sent.")
        {
            source, speed, resume, from, to, limit, maxLag, stages, drain, json, set,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (format, path) = ReplayOptions.ParseSource(parsed.GetValue(source)!);
            var options = new ReplayOptions
            {
                Format = format,
                Path = path,
                Speed = ReplayOptions.ParseSpeed(parsed.GetValue(speed)!),
                Resume = parsed.GetValue(resume),
                From = parsed.GetValue(from) is { } first ? ReplayOptions.ParseTime(first) : null,
                To = parsed.GetValue(to) is { } last ? ReplayOptions.ParseTime(last) : null,
                Limit = parsed.GetValue(limit),
                LagLimit = parsed.GetValue(maxLag),
                Stages = StageLag.Parse(parsed.GetValue(stages)!),
                Drain = parsed.GetValue(drain),
                PositionFolder = Home.File(Path.Combine(".jianwei", "replay")),
            };
            return ReplayConsole.Code(
                await ReplayConsole.RunAsync(SettingOption.Read(parsed, set), options, parsed.GetValue(json), "replay", cancellation));
        });
        return command;
    }
}
