using Jianwei.Alerts.Models;
using Jianwei.Servers;
using Microsoft.Extensions.Options;

namespace Jianwei.Alerts.Tests.Models;

public sealed class BandScalesTests
{
    private readonly BandScales models = new(Options.Create(new ModelOptions { Directory = Path.Combine(Repository.Root, "models") }));

    [Fact]
    public void Predicts_IsNothingWhereThePackageIsGone() => Assert.Null(models.Predicts("gone/1"));

    [Fact]
    public void Predicts_NamesTargetAndHorizon()
    {
        var sim = Directory.GetDirectories(Path.Combine(Repository.Root, "models/sim-default")).Select(Path.GetFileName).First();

        Assert.Equal("outcome.default, within 365 days", models.Predicts($"sim-default/{sim}"));
    }
}
