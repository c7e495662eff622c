using Jianwei.Scorer.Batching;
using Jianwei.Scorer.Inference;
using Jianwei.Scorer.Packages;

namespace Jianwei.Scorer.Swap;

/// <summary>A verified package with what scoring needs of it.</summary>
internal sealed class ServedModel(ModelPackage package) : IDisposable
{
    public string Id { get; } = package.Manifest.Id;

    public FeatureContract Contract { get; } = new(package.Manifest.Catalogue, package.Manifest.FeatureCount);

    public ModelSession Session { get; } = package.Session;

    public RiskScale Scale { get; } = new(package.Manifest);

    public ScoreWriter Writer { get; } = new(package.Manifest);

    /// <summary>Scores the matrix' first rows, as many as there is room for in <paramref name="risks"/>.</summary>
    public void Score(FeatureMatrix matrix, Span<Risk> risks)
    {
        var logits = Session.Run(matrix, 0, risks.Length);
        for (var i = 0; i < logits.Length; i++)
        {
            risks[i] = Scale.Of(logits[i]);
        }
    }

    public void Dispose() => package.Dispose();
}
