using Jianwei.Scorer.Batching;
using Jianwei.Scorer.Inference;
using Jianwei.Scorer.Packages;
using Jianwei.Scorer.Texts;

namespace Jianwei.Scorer.Swap;

/// <summary>A model's runner, scale and writer for one thread at a time; the session is shared.</summary>
internal sealed class ModelLane(ModelPackage package) : IDisposable
{
    public ModelRunner Runner { get; } = package.Session.NewRunner();

    public RiskScale Scale { get; } = new(package.Manifest);

    public ScoreWriter Writer { get; } = new(package.Manifest);

    private readonly TextInputs? _texts = package.TextEncoder is { } encoder ? new(encoder.Width) : null;

    /// <summary>Raw logits of the matrix' first rows.</summary>
    /// <param name="matrix">Features.</param>
    /// <param name="rows">Whose they are, as many as are to be run.</param>
    /// <param name="vectors">Where the rows' text vectors are; needed by a fused model.</param>
    public ReadOnlySpan<float> Run(FeatureMatrix matrix, ReadOnlySpan<RequestRow> rows, TextVectors? vectors)
    {
        if (_texts is not null)
        {
            _texts.EnsureCapacity(matrix.Capacity);
            for (var i = 0; i < rows.Length; i++)
            {
                _texts.Set(i, vectors!.Find(rows[i].TextHash));
            }
        }

        return Runner.Run(matrix, 0, rows.Length, _texts);
    }

    /// <summary>Scores the matrix' first rows into <paramref name="risks"/>, which has room for them.</summary>
    public void Score(FeatureMatrix matrix, ReadOnlySpan<RequestRow> rows, TextVectors? vectors, Span<Risk> risks)
    {
        var logits = Run(matrix, rows, vectors);
        for (var i = 0; i < logits.Length; i++)
        {
            risks[i] = Scale.Of(logits[i]);
        }
    }

    public void Dispose() => Runner.Dispose();
}
