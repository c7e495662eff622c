using Jianwei.Core.Models;
using Jianwei.Scorer.Fixtures;
using Jianwei.Scorer.Packages;

namespace Jianwei.Scorer.Inference;

public sealed class RiskScaleTests : IDisposable
{
    private readonly ModelFolder _models = new();

    public void Dispose() => _models.Dispose();

    [Fact]
    public void Of_AgreesWithTheManifest()
    {
        var (manifest, scale) = Scale();
        for (var logit = -12f; logit < 12; logit += 0.037f)
        {
            var risk = scale.Of(logit);
            Assert.Equal(manifest.Calibration.LogOdds(logit), risk.LogOdds, 1e-6);
            Assert.Equal(1 / (1 + Math.Exp(-risk.LogOdds)), risk.Probability, 1e-12);
            Assert.Equal(manifest.BandOf(risk.Probability), manifest.Bands[risk.Band]);
        }
    }

    [Theory]
    [InlineData(float.MaxValue)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(-1e9f)]
    public void Of_StaysInsideZeroAndOne(float logit) => Assert.InRange(Scale().Scale.Of(logit).Probability, 1e-9, 1 - 1e-9);

    [Fact]
    public void Of_KeepsNaN() => Assert.Equal(double.NaN, Scale().Scale.Of(float.NaN).LogOdds);

    [Theory]
    [InlineData("auto", true, 0)]
    [InlineData("cpu", true, null)]
    [InlineData("cuda", false, 0)]
    [InlineData("cuda:3", false, 3)]
    public void DeviceChoice_ReadsTheSetting(string text, bool cpu, int? cuda) =>
        Assert.Equal(new DeviceChoice(cpu, cuda), DeviceChoice.Parse(text));

    [Fact]
    public void Auto_ServesOnTheCpuAndSaysWhyWhereThereIsNoCuda()
    {
        var device = InferenceDevice.Select(DeviceChoice.Auto);

        Assert.True(device.Name == "cuda:0" || device.Why.StartsWith("CUDA cannot serve: ", StringComparison.Ordinal), device.Why);
        DeviceProbe.Run(device);
    }

    private (ModelManifest Manifest, RiskScale Scale) Scale()
    {
        using var package = ModelPackage.Load(_models.Of("1"), ModelFolder.Contract, InferenceDevice.Cpu());
        return (package.Manifest, new RiskScale(package.Manifest));
    }
}
