namespace Jianwei.Core.Contracts;

/// <summary>
/// A message of topic <c>score-requests</c>: the feature vector of one company at one state version. The vector travels
/// with the request, so that what is scored does not depend on how far the Featurizer has run ahead.
/// (company, state version) identifies the request: a repeated one is byte-identical in features.
/// </summary>
public sealed record ScoreRequest
{
    public int SchemaVersion { get; init; } = 1;

    public required string CompanyId { get; init; }

    public string? CompanyName { get; init; }

    /// <summary>How many events and ticks have been applied to the company; grows by one with each.</summary>
    public required long StateVersion { get; init; }

    /// <summary>Stream time of the features.</summary>
    public required DateTimeOffset AsOf { get; init; }

    /// <summary>
    /// The company's texts (<see cref="Text.CompanyText.Encode"/>) where the event has changed them; base64 in JSON. It travels so that
    /// what is scored does not depend on how far the Featurizer has run ahead. The score does not repeat it.
    /// </summary>
    public byte[]? Text { get; init; }

    /// <summary>Hash of the feature catalogue: 16 hexadecimal digits.</summary>
    public required string Catalogue { get; init; }

    /// <summary>Feature values, float32 little-endian, in catalogue order; base64 in JSON.</summary>
    public required byte[] Features { get; init; }

    /// <summary>
    /// Hash of the company's text, 16 hexadecimal digits, or null where it has none. The text encoder of a fused model reads it.
    /// </summary>
    public string? TextHash { get; init; }

    /// <summary>The event applied, or null for a sweeper's tick.</summary>
    public EventSummary? Event { get; init; }

    /// <summary>Wall clock at Ingest, for latency only.</summary>
    public DateTimeOffset AcceptedTime { get; init; }
}
