using System.ComponentModel.DataAnnotations;

namespace Jianwei.Featurizer.Sweeper;

/// <summary>Section <c>Sweeper</c>.</summary>
public sealed class SweeperOptions
{
    /// <summary>Companies looked at in a second; a hundred million a day need 1,200.</summary>
    [Range(1, 1_000_000)]
    public int CompaniesPerSecond { get; set; } = 5_000;

    /// <summary>Least time between the starts of two passes over all companies.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00")]
    public TimeSpan PassInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How far (in stream time) a source may lie behind the leading one before it counts as stalled.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "366.00:00:00")]
    public TimeSpan StalledAfter { get; set; } = TimeSpan.FromDays(3);
}
