using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Jianwei.Acceptance.Harness;

/// <summary>The program as a child process, with what it has said so far.</summary>
internal sealed partial class JianweiProcess : IAsyncDisposable
{
    private const int Interrupt = 2;
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private readonly ConcurrentQueue<string> output = new();
    private readonly ConcurrentQueue<string> errors = new();
    private readonly Process process;
    private bool gone;

    public JianweiProcess(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "jianwei"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var inherited in start.Environment.Keys.Where(k => k.StartsWith("JIANWEI_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(inherited);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        process = new() { StartInfo = start };
        process.OutputDataReceived += (_, e) => Keep(output, e.Data);
        process.ErrorDataReceived += (_, e) => Keep(errors, e.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Standard output so far.</summary>
    public string Output => string.Join('\n', output);

    /// <summary>Standard error so far: logs and complaints.</summary>
    public string Errors => string.Join('\n', errors);

    public string LastLine => output.LastOrDefault() ?? "";

    /// <summary>Not ended, and not disposed of.</summary>
    public bool Running => !gone && !process.HasExited;

    /// <summary>SIGKILL: no goodbye to any server.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Ctrl-C, and its exit code.</summary>
    public Task<int> StopAsync()
    {
        _ = Signal(process.Id, Interrupt);
        return ExitAsync(40);
    }

    /// <summary>Waits until it ends by itself; <paramref name="more"/> helps to see why it did not.</summary>
    public async Task<int> ExitAsync(int seconds, Func<string>? more = null)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"did not end within {seconds} s; it said:\n{Output}\n{Errors}\n{more?.Invoke()}");
        }

        return process.ExitCode;
    }

    /// <summary>Waits until it has said this.</summary>
    public Task SaysAsync(string text, int seconds = 60) =>
        Until.TrueAsync(
            () => Errors.Contains(text, StringComparison.Ordinal) ? true : Running ? false : throw Gone(),
            () => $"'{text}'; it said:\n{Errors}",
            seconds);

    /// <summary>Where its HTTP side is.</summary>
    public async Task<string> UrlAsync()
    {
        await SaysAsync("/health /ready /metrics");
        return Url().Match(Errors).Groups[1].Value;
    }

    /// <summary>Gets a path of its HTTP side.</summary>
    public async Task<(HttpStatusCode Code, string Text)> GetAsync(string path)
    {
        using var answer = await Http.GetAsync(new Uri(await UrlAsync() + path));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Waits until <c>/ready</c> answers with this code and a text with this in it; returns the text.</summary>
    public async Task<string> ReadyAsync(HttpStatusCode code = HttpStatusCode.OK, string text = "", int seconds = 60)
    {
        var last = (Code: default(HttpStatusCode), Text: "");
        await Until.TrueAsync(
            async () => (last = await GetAsync("/ready")).Code == code && last.Text.Contains(text, StringComparison.Ordinal),
            () => $"/ready answers {(int)code} with '{text}'; the last answer was {(int)last.Code} {last.Text}; it said:\n{Errors}",
            seconds);
        return last.Text;
    }

    public async ValueTask DisposeAsync()
    {
        if (gone)
            return;
        gone = true;
        if (!process.HasExited)
            await KillAsync();
        process.Dispose();
    }

    private Exception Gone() => new InvalidOperationException($"ended with {process.ExitCode}; it said:\n{Errors}");

    private static void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null)
            lines.Enqueue(line);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);

    [GeneratedRegex(@"(http://\S+?)/health /ready /metrics")]
    private static partial Regex Url();
}
