using Jianwei.Scorer.Batching;
using Jianwei.Scorer.Inference;
using Jianwei.Scorer.Packages;

namespace Jianwei.Scorer.Swap;

/// <summary>A model's runner, scale and writer for one thread at a time; the session is shared.</summary>
internal sealed class ModelLane(ModelPackage package) : IDisposable
{
    public ModelRunner Runner { get; } = package.Session.NewRunner();

    public RiskScale Scale { get; } = new(package.Manifest);

    public ScoreWriter Writer { get; } = new(package.Manifest);

    /// <summary>Scores the matrix' first rows, as many as there is room for in <paramref name="risks"/>.</summary>
    public void Score(FeatureMatrix matrix, Span<Risk> risks)
    {
        var logits = Runner.Run(matrix, 0, risks.Length);
        for (var i = 0; i < logits.Length; i++)
        {
            risks[i] = Scale.Of(logits[i]);
        }
    }

    public void Dispose() => Runner.Dispose();
}
