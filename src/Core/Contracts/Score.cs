namespace Jianwei.Core.Contracts;

/// <summary>A message of topic <c>scores</c>: one company's calibrated risk at one state version under one model.</summary>
public sealed record Score
{
    public int SchemaVersion { get; init; } = 1;

    public required string CompanyId { get; init; }

    public string? CompanyName { get; init; }

    public required long StateVersion { get; init; }

    public required DateTimeOffset AsOf { get; init; }

    /// <summary>Calibrated probability of the manifest's target within its horizon, in (0, 1).</summary>
    public required double ProbabilityOfDefault { get; init; }

    /// <summary>ln(p / (1 - p)) of <see cref="ProbabilityOfDefault"/>.</summary>
    public required double LogOdds { get; init; }

    /// <summary>Name of the manifest's band that the probability alone falls in (no hysteresis).</summary>
    public required string Band { get; init; }

    /// <summary><c>name/version</c> of the model package.</summary>
    public required string Model { get; init; }

    /// <summary>Hash of the feature catalogue: 16 hexadecimal digits.</summary>
    public required string Catalogue { get; init; }

    /// <summary>The scored features, float32 little-endian, in catalogue order; base64 in JSON.</summary>
    public required byte[] Features { get; init; }

    public string? TextHash { get; init; }

    /// <summary>The event applied, or null for a sweeper's tick.</summary>
    public EventSummary? Event { get; init; }

    public DateTimeOffset AcceptedTime { get; init; }

    /// <summary>Wall clock at the Scorer, for latency only.</summary>
    public DateTimeOffset ScoredTime { get; init; }
}
