using System.Text.Json;
using Jianwei.App.Hosting;
using Jianwei.Ingest.Replay;
using Spectre.Console;

namespace Jianwei.App.Verbs;

/// <summary>A replay as a person or a script sees it: progress, a sum or one JSON line at the end, and an exit code.</summary>
internal static class ReplayConsole
{
    /// <param name="settings">Of Kafka.</param>
    /// <param name="options">What to send.</param>
    /// <param name="json">Whether the sum is one line of JSON.</param>
    /// <param name="verb">What progress is called.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<ReplayProgress> RunAsync(
        IReadOnlyDictionary<string, string?> settings, ReplayOptions options, bool json, string verb, CancellationToken cancellation)
    {
        await using var app = JianweiHost.Builder(settings, LogLevel.Warning).Build();
        var started = TimeProvider.System.GetTimestamp();
        var replayer = ActivatorUtilities.CreateInstance<Replayer>(app.Services);
        var done = json || Console.IsOutputRedirected
            ? await InLinesAsync(replayer, options, verb, cancellation)
            : await LiveAsync(replayer, options, verb, cancellation);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(done, JsonOut.Compact));
        }
        else
        {
            Sum(done, TimeProvider.System.GetElapsedTime(started).TotalSeconds);
        }

        if (done.Refused > 0)
        {
            await Console.Error.WriteLineAsync($"jianwei: {done.Refused:N0} lines of {options.Path} were refused and not sent");
        }

        return done;
    }

    /// <summary>Exit code: 2 where lines were refused.</summary>
    public static int Code(ReplayProgress done) => done.Refused > 0 ? 2 : 0;

    private static Task<ReplayProgress> InLinesAsync(Replayer replayer, ReplayOptions options, string verb, CancellationToken cancellation)
    {
        var line = new ProgressLine(TimeProvider.System);
        return replayer.RunAsync(options, new Inline<ReplayProgress>(now => line.Show($"{verb}: {Describe(now)}")), cancellation);
    }

    private static Task<ReplayProgress> LiveAsync(Replayer replayer, ReplayOptions options, string verb, CancellationToken cancellation) =>
        AnsiConsole.Progress()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new PercentageColumn(),
                new SpinnerColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask(Markup.Escape($"{verb}: reading"));
                return await replayer.RunAsync(options, new Inline<ReplayProgress>(now => Show(task, verb, now)), cancellation);
            });

    private static void Sum(ReplayProgress done, double seconds)
    {
        AnsiConsole.MarkupLineInterpolated(
            $"{done.Sent:N0} messages sent in {seconds:0.0} s ({done.Sent / Math.Max(seconds, 0.001):N0}/s){(done.Sorted ? "; the file was sorted by observed time first" : "")}");
        if (done.DeadLetters > 0)
        {
            AnsiConsole.MarkupLineInterpolated(
                $"[yellow]{done.DeadLetters:N0} became dead letters[/]: ./jianwei dead-letters list says why");
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

    private static void Show(ProgressTask task, string verb, ReplayProgress now)
    {
        task.MaxValue = Math.Max(1, now.Total);
        task.Value = now.Passed;
        task.Description = Markup.Escape($"{verb}: {Describe(now)}");
    }

    private static string Describe(ReplayProgress now)
    {
        var behind = now.Lag.Count == 0 ? "" : $", {now.Lag.Values.Max():N0} behind";
        var upTo = now.StreamTime is { } time ? $"{time:yyyy-MM-dd} " : "";
        return $"{upTo}{now.Sent:N0} sent{behind}{(now.Waiting is null ? "" : $"; {now.Waiting}")}";
    }
}
