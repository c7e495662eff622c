using Jianwei.Alerts.Raising;
using Jianwei.Core.Contracts;

namespace Jianwei.Alerts.Reading;

/// <summary>An alert as receivers and the API show it.</summary>
public sealed record AlertView
{
    public required Guid AlertId { get; init; }

    /// <summary><c>firing</c>, <c>acknowledged</c> or <c>resolved</c>.</summary>
    public required string State { get; init; }

    /// <summary><c>band_entered</c>, <c>band_left</c>, <c>jump</c> or <c>outcome</c>.</summary>
    public required string Rule { get; init; }

    public required NamedId Company { get; init; }

    public required NamedNumber Subscription { get; init; }

    public required NamedNumber Portfolio { get; init; }

    /// <summary>Stream time of the score that raised it.</summary>
    public required DateTimeOffset AsOf { get; init; }

    public required string Model { get; init; }

    /// <summary>
    /// What the probabilities are of and within which time, as the model's manifest has it; absent where that is not here to be read.
    /// </summary>
    public string? Predicts { get; init; }

    /// <summary>
    /// The reference that the score is compared with; absent for a company's first score, or an outcome at another model's first.
    /// </summary>
    public ScoreView? Before { get; init; }

    public required ScoreView After { get; init; }

    /// <summary>Feature groups that changed most between the two.</summary>
    public required FeatureChanges Changes { get; init; }

    /// <summary>
    /// Why the log-odds moved, as the model has it: the largest reasons first. With the two below they sum up to the change of
    /// log-odds.
    /// </summary>
    public required IReadOnlyList<Reason> Reasons { get; init; }

    /// <summary>Log-odds of all that is no reason of its own.</summary>
    public required double ReasonsOther { get; init; }

    /// <summary>Log-odds that the model, asked again, does not account for.</summary>
    public required double ReasonsResidual { get; init; }

    /// <summary>What could not be told and why.</summary>
    public string? ReasonsNote { get; init; }

    /// <summary>Events between the two, newest first, at most twenty.</summary>
    public required IReadOnlyList<EventSummary> Events { get; init; }

    /// <summary>All events between the two.</summary>
    public required long EventCount { get; init; }

    public string? AcknowledgedBy { get; init; }

    public DateTimeOffset? AcknowledgedAt { get; init; }

    public string? Note { get; init; }

    /// <summary>Stream time of its end.</summary>
    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>
    /// <c>recovered</c>, <c>rebased</c> (another model), <c>outcome</c> (what it warned of was reported), <c>cured</c> (of the
    /// outcome that it told) or <c>falling</c> (good news, never open).
    /// </summary>
    public string? Resolution { get; init; }
}

/// <param name="AsOf">Stream time.</param>
public sealed record ScoreView(double Probability, double LogOdds, string Band, DateTimeOffset AsOf);

public sealed record NamedId(string Id, string? Name);

public sealed record NamedNumber(long Id, string Name);
