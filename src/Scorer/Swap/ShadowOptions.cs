using System.ComponentModel.DataAnnotations;

namespace Jianwei.Scorer.Swap;

/// <summary>
/// Section <c>Scorer:Shadow</c>: how long a new version runs beside the old one before it serves. Whichever limit comes first.
/// </summary>
public sealed class ShadowOptions
{
    /// <summary>Rows that both versions score.</summary>
    [Range(0, 10_000_000)]
    public int Rows { get; set; } = 1_000;

    /// <summary>Time after which it serves however few rows there were.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromSeconds(30);
}
