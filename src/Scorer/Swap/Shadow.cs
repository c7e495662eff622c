using Jianwei.Scorer.Batching;
using Jianwei.Scorer.Inference;
using Microsoft.ML.OnnxRuntime;

namespace Jianwei.Scorer.Swap;

/// <summary>A new version that scores the same rows as the serving one, to no effect but the comparison.</summary>
internal sealed class Shadow(ServedModel candidate, ShadowOptions limits, TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();
    private readonly ModelLane _lane = candidate.Lanes[0];

    public ServedModel Candidate { get; } = candidate;

    public ShadowComparison Comparison { get; } = new();

    /// <summary>Why the candidate may not serve; null while nothing is against it.</summary>
    public string? Problem { get; private set; }

    /// <summary>Whether it has run for long enough.</summary>
    public bool IsOver => Comparison.Rows >= limits.Rows || time.GetElapsedTime(_started) >= limits.TimeLimit;

    /// <summary>Runs the candidate over rows that a lane of the serving model has just scored; lane after lane, by one thread.</summary>
    public void Observe(FeatureMatrix matrix, ReadOnlySpan<RequestRow> rows, ReadOnlySpan<Risk> serving)
    {
        var count = (int)Math.Min(serving.Length, limits.Rows - Comparison.Rows);
        if (count <= 0 || Problem is not null)
        {
            return;
        }

        try
        {
            Compare(_lane.Run(matrix, rows[..count], Candidate.Texts), serving);
        }
        catch (OnnxRuntimeException e)
        {
            Problem = $"it failed on row {Comparison.Rows}: {e.Message.Split('\n', 2)[0]}";
        }
    }

    private void Compare(ReadOnlySpan<float> logits, ReadOnlySpan<Risk> serving)
    {
        for (var i = 0; i < logits.Length; i++)
        {
            if (!float.IsFinite(logits[i]))
            {
                Problem = $"expected finite logits, found {logits[i]} on row {Comparison.Rows}";
                return;
            }

            Comparison.Add(serving[i].LogOdds, _lane.Scale.Of(logits[i]).LogOdds);
        }
    }
}
