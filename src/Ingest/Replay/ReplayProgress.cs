namespace Jianwei.Ingest.Replay;

/// <summary>Where a replay stands.</summary>
public sealed record ReplayProgress
{
    /// <summary>Messages that the file makes.</summary>
    public required long Total { get; init; }

    /// <summary>Messages passed so far: sent, skipped by a filter or resumed over.</summary>
    public required long Passed { get; init; }

    /// <summary>Messages sent and acknowledged in this run.</summary>
    public required long Sent { get; init; }

    /// <summary>Lines that make no message.</summary>
    public required long Refused { get; init; }

    /// <summary>The first refused lines: <c>file:line: reason</c>.</summary>
    public required IReadOnlyList<string> Refusals { get; init; }

    /// <summary>Observed time of the last message sent.</summary>
    public DateTimeOffset? StreamTime { get; init; }

    /// <summary>Messages that each stage is behind, as last seen.</summary>
    public required IReadOnlyDictionary<string, long> Lag { get; init; }

    /// <summary>What it waits for now, in words; null while it sends.</summary>
    public string? Waiting { get; init; }

    /// <summary>Whether the file was sorted by observed time first, because it is not in that order.</summary>
    public required bool Sorted { get; init; }

    /// <summary>Dead letters of all stages since the start; null where the stages were not waited for.</summary>
    public long? DeadLetters { get; init; }

    public bool Done { get; init; }
}
