using Jianwei.Scorer.Packages;
using Jianwei.Scorer.Texts;

namespace Jianwei.Scorer.Swap;

/// <summary>A verified package with what each lane needs of it.</summary>
internal sealed class ServedModel : IDisposable
{
    private readonly ModelPackage _package;

    /// <param name="package">Disposed with this.</param>
    /// <param name="lanes">How many threads are to score with it at a time, where its device gains by more than one.</param>
    /// <param name="texts">Where a fused model's vectors and texts are.</param>
    /// <exception cref="ModelRefusedException">The model is fused and there is no such place.</exception>
    public ServedModel(ModelPackage package, int lanes, TextStore? texts)
    {
        if (package.TextEncoder is { } encoder)
        {
            Texts = new(encoder, texts ?? throw new ModelRefusedException(
                $"{package.Manifest.Id}: expected a model of features alone, found one that reads texts"));
        }

        _package = package;
        Id = package.Manifest.Id;
        Contract = new(package.Manifest.Catalogue, package.Manifest.FeatureCount);
        Lanes = [.. Enumerable.Range(0, package.Session.RunsSideBySide ? lanes : 1).Select(_ => new ModelLane(package))];
    }

    public string Id { get; }

    public FeatureContract Contract { get; }

    /// <summary>The rows' text vectors; null for a tabular model.</summary>
    public TextVectors? Texts { get; }

    public IReadOnlyList<ModelLane> Lanes { get; }

    public void Dispose()
    {
        foreach (var lane in Lanes)
        {
            lane.Dispose();
        }

        _package.Dispose();
    }
}
