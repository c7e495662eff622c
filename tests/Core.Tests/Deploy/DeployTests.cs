using System.Diagnostics;
using Jianwei.Servers;

namespace Jianwei.Core.Deploy;

/// <summary>The files under <c>deploy/</c> are what their tools accept.</summary>
public sealed class DeployTests
{
    [Theory]
    [InlineData("docker-compose", "--file", "docker-compose.yml", "config", "--quiet")]
    [InlineData("promtool", "check", "config", "deploy/prometheus/prometheus.yml")]
    public async Task Tool_AcceptsOurFiles(string tool, params string[] arguments)
    {
        Require.Program(tool);
        using var process = Process.Start(new ProcessStartInfo(tool, arguments)
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await output + await error);
    }
}
