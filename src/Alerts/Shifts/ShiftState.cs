namespace Jianwei.Alerts.Shifts;

/// <summary>What the rules remember of a company. A pure function of the scores applied; times are stream time.</summary>
public sealed record ShiftState
{
    /// <summary>The newest state version applied: what is not above it is a repetition.</summary>
    public required long StateVersion { get; init; }

    /// <summary>Stream time, never falling.</summary>
    public required DateTimeOffset AsOf { get; init; }

    public required string Model { get; init; }

    public required double LogOdds { get; init; }

    /// <summary>Rank of the band, with hysteresis.</summary>
    public required int Band { get; init; }

    /// <summary>Rank that subscribers know of: set by a shift, and lowered by a fall that a cool-down keeps quiet.</summary>
    public required int Announced { get; init; }

    /// <summary>Events applied in the company's life; numbers the ring of recent events from 1.</summary>
    public required long Events { get; init; }

    /// <summary>What scores are compared with.</summary>
    public required Mark Reference { get; init; }

    /// <summary>What the reference will be once it is a horizon old; null until then the reference is.</summary>
    public Mark? Checkpoint { get; init; }

    /// <summary>Slot (0 or 1) of the reference's features; the checkpoint's are in the other.</summary>
    public required int ReferenceSlot { get; init; }

    public ShiftMark? LastShift { get; init; }

    /// <summary>The newest score kept in the history.</summary>
    public required HistoryMark Stored { get; init; }

    /// <summary>The outcome reported last.</summary>
    public OutcomeMark? Outcome { get; init; }

    /// <summary>An outcome has ended the company, and no cure has followed.</summary>
    public bool Ended => Outcome is { Ends: true };
}

/// <summary>A remembered score.</summary>
/// <param name="Band">Rank of its band.</param>
/// <param name="Events">Events applied until then.</param>
public readonly record struct Mark(long StateVersion, DateTimeOffset AsOf, double Probability, double LogOdds, int Band, long Events);

/// <summary>When the last shift was, and how high it went.</summary>
public readonly record struct ShiftMark(DateTimeOffset AsOf, int Band);

/// <summary>The newest score of the history.</summary>
/// <param name="Day">Days since 0001-01-01 of its stream time.</param>
public readonly record struct HistoryMark(int Day, double LogOdds, int Band);
