namespace Jianwei.Alerts.Shifts;

/// <summary>Why a shift is one.</summary>
public enum ShiftRule : byte
{
    /// <summary>The company reached the fire threshold of a higher band.</summary>
    BandEntered = 1,

    /// <summary>The company fell below the recover threshold of its band.</summary>
    BandLeft = 2,

    /// <summary>The log-odds moved by the threshold or more inside one band.</summary>
    Jump = 3,

    /// <summary>An outcome of the company was reported: default, bankruptcy, closure, exit, or that it is cured.</summary>
    Outcome = 4,
}

/// <summary>Names of <see cref="ShiftRule"/> on the wire and in SQL.</summary>
public static class ShiftRules
{
    public static string Name(this ShiftRule rule) => rule switch
    {
        ShiftRule.BandEntered => "band_entered",
        ShiftRule.BandLeft => "band_left",
        ShiftRule.Jump => "jump",
        ShiftRule.Outcome => "outcome",
        _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, "not a rule"),
    };
}
