namespace Jianwei.Scorer.Swap;

/// <summary>How far two models are apart on the same rows, in log-odds.</summary>
internal sealed class ShadowComparison
{
    private double _sum;

    public long Rows { get; private set; }

    /// <summary>Mean absolute difference; 0 before the first row.</summary>
    public double Mean => Rows == 0 ? 0 : _sum / Rows;

    /// <summary>Largest absolute difference.</summary>
    public double Max { get; private set; }

    public void Add(double serving, double candidate)
    {
        var difference = Math.Abs(serving - candidate);
        _sum += difference;
        Max = Math.Max(Max, difference);
        Rows++;
    }
}
