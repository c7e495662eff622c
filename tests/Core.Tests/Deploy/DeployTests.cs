using System.Diagnostics;
using System.Text.RegularExpressions;
using Jianwei.Servers;

namespace Jianwei.Core.Deploy;

/// <summary>The files under <c>deploy/</c> are what their tools accept, and name only metrics that the program has.</summary>
public sealed partial class DeployTests
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

    [Theory]
    [InlineData("deploy/prometheus/rules.yml")]
    [InlineData("deploy/grafana/dashboards/jianwei.json")]
    public void Metrics_AreThoseOfTheProgram(string file)
    {
        var program = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(source => MetricName().Matches(File.ReadAllText(source)))
            .Select(match => match.Value)
            .ToHashSet();

        var named = MetricName().Matches(File.ReadAllText(Path.Combine(Repository.Root, file)))
            .Select(match => HistogramSuffix().Replace(match.Value, ""))
            .Distinct();

        Assert.All(named, name => Assert.Contains(name, program));
    }

    [GeneratedRegex("jianwei_[a-z_]+[a-z]")]
    private static partial Regex MetricName();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex HistogramSuffix();
}
