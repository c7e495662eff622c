using System.Diagnostics;
using Jianwei.Servers;

namespace Jianwei.Core.Contracts.Raw;

/// <summary>What the JSON Schemas in <c>schemas/</c> say of messages, by Debian's python3-jsonschema.</summary>
internal static class SchemaOracle
{
    private const string Python = "/usr/bin/python3";

    /// <summary><c>ok</c> or a reason for each message.</summary>
    public static async Task<IReadOnlyList<string>> AskAsync(IEnumerable<(string Topic, byte[] Message)> messages)
    {
        await RequireAsync();
        var script = Path.Combine(Repository.Root, "tests", "Core.Tests", "Contracts", "Raw", "schema_oracle.py");
        using var process = Start(script, Path.Combine(Repository.Root, "schemas"));
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        foreach (var (topic, message) in messages)
            await process.StandardInput.WriteLineAsync($"{topic} {Convert.ToBase64String(message)}");
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static async Task RequireAsync()
    {
        if (!File.Exists(Python))
            Require.Unavailable($"{Python} is missing");
        using var process = Start("-c", "import jsonschema; jsonschema.Draft202012Validator");
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            Require.Unavailable("python3-jsonschema is missing (apt-get install -y python3-jsonschema)");
    }

    private static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(Python, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        StandardInputEncoding = new System.Text.UTF8Encoding(false),
    })!;
}
