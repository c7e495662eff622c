using System.Diagnostics;

namespace Jianwei.Servers;

/// <summary>Runs <c>deploy/local/servers</c> of the work tree that the tests were built from.</summary>
internal static class Script
{
    private static readonly string Path = System.IO.Path.Combine(Repository.Root, "deploy", "local", "servers");

    /// <summary>What the script printed; its complaint as an <see cref="InvalidOperationException"/> when it fails.</summary>
    public static async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, error) = await TryAsync(arguments);
        return code == 0 ? output : throw new InvalidOperationException($"servers {string.Join(' ', arguments)}: {error}{output}");
    }

    /// <summary>Exit status, standard output and standard error, trimmed.</summary>
    public static async Task<(int Code, string Output, string Error)> TryAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Path, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, (await output).Trim(), (await error).Trim());
    }
}
