using System.CommandLine;
using System.Text.Json;
using Jianwei.App.Hosting;
using Jianwei.Ingest.Replay;
using Spectre.Console;

namespace Jianwei.App.Verbs;

/// <summary><c>jianwei replay FORMAT:PATH</c>: a file into the raw topics.</summary>
internal static class ReplayVerb
{
    public static Command Create()
    {
        var source = new Argument<string>("source") { Description = $"FORMAT:PATH, e.g. warn:samples/warn-2000.csv; formats: {string.Join(", ", ReplayFormats.All.Select(f => f.Name))}; .gz is unpacked.", HelpName = "FORMAT:PATH" };
        var speed = new Option<string>("--speed") { Description = "A multiple of the stream's own pace such as 1000x, or max.", DefaultValueFactory = _ => "max" };
        var resume = new Option<bool>("--resume") { Description = "Go on after the last acknowledged message of the same file to the same cluster." };
        var from = new Option<string?>("--from") { Description = "Only what was observed from this date on.", HelpName = "DATE" };
        var to = new Option<string?>("--to") { Description = "Only what was observed before this date.", HelpName = "DATE" };
        var limit = new Option<long?>("--limit") { Description = "At most so many messages.", HelpName = "N" };
        var maxLag = new Option<long>("--max-lag") { Description = "Wait while a stage is more messages behind than this.", DefaultValueFactory = _ => 20_000, HelpName = "N" };
        var stages = new Option<string>("--stages") { Description = "Stages that are waited for, with commas; none waits for nobody.", DefaultValueFactory = _ => string.Join(',', StageLag.AllStages) };
        var drain = new Option<bool>("--drain") { Description = "Wait at the end until those stages have handled everything." };
        var json = new Option<bool>("--json") { Description = "Print one JSON line at the end." };
        var set = SettingOption.Create();
        var command = new Command("replay", "Send a file of past events to the raw topics, in order of observed time. Exit code 2 where lines were refused: they are named, and the rest is sent.")
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
                Stages = parsed.GetValue(stages) is { } names and not "none" ? names.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [],
                Drain = parsed.GetValue(drain),
                PositionFolder = Home.File(Path.Combine(".jianwei", "replay")),
            };
            var builder = JianweiHost.Builder(SettingOption.Read(parsed, set), LogLevel.Warning);
            await using var app = builder.Build();
            var started = TimeProvider.System.GetTimestamp();
            var replayer = ActivatorUtilities.CreateInstance<Replayer>(app.Services);
            var asJson = parsed.GetValue(json);
            var done = asJson || Console.IsOutputRedirected ? await InLinesAsync(replayer, options, cancellation) : await LiveAsync(replayer, options, cancellation);
            if (asJson)
            {
                Console.WriteLine(JsonSerializer.Serialize(done, JsonOut.Compact));
            }
            else
            {
                Sum(done, TimeProvider.System.GetElapsedTime(started).TotalSeconds);
            }

            if (done.Refused > 0)
            {
                await Console.Error.WriteLineAsync($"jianwei: {done.Refused:N0} lines of {path} were refused and not sent");
                return 2;
            }

            return 0;
        });
        return command;
    }

    private static Task<ReplayProgress> InLinesAsync(Replayer replayer, ReplayOptions options, CancellationToken cancellation)
    {
        var line = new ProgressLine(TimeProvider.System);
        return replayer.RunAsync(options, new Inline<ReplayProgress>(now => line.Show($"replay: {Describe(now)}")), cancellation);
    }

    private static Task<ReplayProgress> LiveAsync(Replayer replayer, ReplayOptions options, CancellationToken cancellation) => AnsiConsole.Progress()
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new SpinnerColumn())
        .StartAsync(async context =>
        {
            var task = context.AddTask(Markup.Escape($"reading {options.Path}"));
            return await replayer.RunAsync(options, new Inline<ReplayProgress>(now => Show(task, now)), cancellation);
        });

    private static void Sum(ReplayProgress done, double seconds)
    {
        AnsiConsole.MarkupLineInterpolated($"{done.Sent:N0} messages sent in {seconds:0.0} s ({done.Sent / Math.Max(seconds, 0.001):N0}/s){(done.Sorted ? "; the file was sorted by observed time first" : "")}");
        if (done.DeadLetters > 0)
        {
            AnsiConsole.MarkupLineInterpolated($"[yellow]{done.DeadLetters:N0} became dead letters[/]: ./jianwei dead-letters list says why");
        }

        foreach (var refusal in done.Refusals)
        {
            AnsiConsole.MarkupLineInterpolated($"[yellow]not sent[/] {refusal}");
        }

        if (done.Refused > done.Refusals.Count)
        {
            AnsiConsole.MarkupLineInterpolated($"[yellow]not sent[/] {done.Refused - done.Refusals.Count:N0} more lines");
        }
    }

    private static void Show(ProgressTask task, ReplayProgress now)
    {
        task.MaxValue = Math.Max(1, now.Total);
        task.Value = now.Passed;
        task.Description = Markup.Escape(Describe(now));
    }

    private static string Describe(ReplayProgress now)
    {
        var behind = now.Lag.Count == 0 ? "" : $", {now.Lag.Values.Max():N0} behind";
        return $"{now.StreamTime:yyyy-MM-dd} {now.Sent:N0} sent{behind}{(now.Waiting is null ? "" : $"; {now.Waiting}")}";
    }
}
