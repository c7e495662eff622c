using Jianwei.Simulator.World;

namespace Jianwei.Simulator.Oracle;

/// <summary>The oracles against what came, on one population for all tests.</summary>
public sealed class OracleTests(OracleTests.Populations populations) : IClassFixture<OracleTests.Populations>
{
    [Fact]
    public void Latent_RanksBest_ThenObservable_ThenItsParts()
    {
        var world = populations.Default;
        var (latent, observable, tabular, text, additive) = (world.Auc(r => r.Latent), Seen(0), Seen(1), Seen(2), Seen(3));

        Assert.True(latent > observable, $"latent {latent}, observable {observable}");
        Assert.True(observable > tabular, $"observable {observable}, tabular {tabular}");
        Assert.True(observable > additive, $"observable {observable}, additive {additive}");
        Assert.True(observable > text, $"observable {observable}, text {text}");
        Assert.InRange(observable, 0.83, 0.92);
        Assert.InRange(text, 0.58, 0.76);

        double Seen(int sight) => world.Auc(r => r.Seen[sight]);
    }

    // Without common factors rows of one month are independent, so the binomial error holds.
    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Oracle_IsCalibrated_InEveryPartOfItsScores(int sight)
    {
        var rows = populations.WithoutFactors.Rows
            .Select(r => (Score: sight < 0 ? r.Latent : r.Seen[sight], r.Defaulted))
            .OrderBy(r => r.Score).ToList();
        foreach (var part in rows.Chunk((rows.Count / 6) + 1))
        {
            var (expected, found) = (part.Sum(r => r.Score), part.Count(r => r.Defaulted));
            var noise = Math.Sqrt(part.Sum(r => r.Score * (1 - r.Score)) + 1);
            Assert.InRange((found - expected) / noise, -4, 4);
        }
    }

    public sealed class Populations
    {
        internal Population Default { get; } = Population.Of(new(), 11, 6_400, 18, 11, 17);

        internal Population WithoutFactors { get; } = Population.Of(new() { MacroSpread = 0, SectorSpread = 0 }, 12, 9_600, 13, 12);
    }
}
