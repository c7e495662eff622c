using System.ComponentModel.DataAnnotations;

namespace Jianwei.Alerts.Shifts;

/// <summary>Section <c>Alerts:Shifts</c>: when a change of risk is a shift. All time is stream time.</summary>
public sealed class ShiftOptions
{
    /// <summary>
    /// Age at which the reference that scores are compared with is replaced by a newer one; it is never older than
    /// twice this, as long as scores come.
    /// </summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan Horizon { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Change of log-odds since the reference that is a shift by itself.</summary>
    [Range(0.01, 100)]
    public double Jump { get; set; } = 1.0;

    /// <summary>How long after a shift the same company raises no other, unless its band rises above that shift's.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan CoolDown { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Whether a company whose very first score is above the lowest band is a shift (there is no score before).</summary>
    public bool FirstScore { get; set; } = true;

    /// <summary>
    /// Sources, with commas, whose outcomes are the end of a part of a company (a plant, a shop) and not its
    /// own: they are events like others.
    /// </summary>
    [Required(AllowEmptyStrings = true)]
    [RegularExpression("^( *[a-z0-9][a-z0-9._-]{0,31} *(, *[a-z0-9][a-z0-9._-]{0,31} *)*)?$",
        ErrorMessage = "names of sources (a-z, 0-9, '.', '_', '-') with commas between, or nothing")]
    public string OutcomesOfParts { get; set; } = "warn";

    /// <summary>
    /// Change of log-odds from which a score is kept in the history, besides changes of band and the first of a stream day.
    /// </summary>
    [Range(0.0, 100)]
    public double HistoryEpsilon { get; set; } = 0.1;
}
