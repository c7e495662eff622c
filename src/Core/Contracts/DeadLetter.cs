namespace Jianwei.Core.Contracts;

/// <summary>A message of topic <c>dead-letters</c>: input that no retry can mend, with what is needed to mend and redrive it.</summary>
public sealed record DeadLetter
{
    public int SchemaVersion { get; init; } = 1;

    /// <summary>The stage that refused it: <c>ingest</c>, <c>featurizer</c>, <c>scorer</c>, <c>alerts</c>.</summary>
    public required string Stage { get; init; }

    /// <summary>
    /// Bounded code, e.g. <c>not_json</c>, <c>invalid_field</c>, <c>too_large</c>, <c>unknown_scheme</c>; also the metric's label.
    /// </summary>
    public required string Reason { get; init; }

    /// <summary>A sentence that names the field, its value and what is allowed.</summary>
    public required string Detail { get; init; }

    public required string Topic { get; init; }

    public required int Partition { get; init; }

    public required long Offset { get; init; }

    /// <summary>Original key bytes; base64 in JSON.</summary>
    public byte[]? Key { get; init; }

    /// <summary>Original value bytes; base64 in JSON.</summary>
    public required byte[] Value { get; init; }

    public DateTimeOffset RefusedTime { get; init; }
}
