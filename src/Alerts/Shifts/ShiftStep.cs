namespace Jianwei.Alerts.Shifts;

/// <summary>What one score does to a company.</summary>
public readonly record struct ShiftStep
{
    public required ShiftState State { get; init; }

    /// <summary>False for a repetition: nothing else is set then.</summary>
    public bool Applied { get; init; }

    public Shift? Shift { get; init; }

    public Resolve? Resolve { get; init; }

    /// <summary>Another model than before: the reference starts again, and no shift comes of it.</summary>
    public bool Rebased { get; init; }

    /// <summary>The score belongs into the history.</summary>
    public bool Store { get; init; }

    /// <summary>Slot into which the score's features go, because it became the reference or the checkpoint; or null.</summary>
    public int? FeatureSlot { get; init; }
}
