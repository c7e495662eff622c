using System.Text.Json.Serialization;

namespace Jianwei.Core.Contracts.Raw;

/// <summary>
/// The envelope of every message of a raw topic, as it is on the wire: a validator has checked its shape, nothing has been
/// normalised. Times are RFC 3339 text or a plain date (midnight UTC); see <see cref="RawTime"/>.
/// </summary>
public abstract record RawMessage
{
    [JsonPropertyOrder(-6)]
    public int SchemaVersion { get; init; } = 1;

    /// <summary>Who delivered it: <c>[a-z0-9][a-z0-9._-]{0,31}</c>.</summary>
    [JsonPropertyOrder(-5)]
    public required string Source { get; init; }

    /// <summary>The source's own id of the event, 1 to 200 printable characters; with <see cref="Source"/> it identifies the
    /// event.</summary>
    [JsonPropertyOrder(-4)]
    public required string SourceEventId { get; init; }

    [JsonPropertyOrder(-3)]
    public required CompanyReference Company { get; init; }

    /// <summary>When it happened; absent means when it was observed (for an outcome: its date).</summary>
    [JsonPropertyOrder(-2)]
    public string? EventTime { get; init; }

    /// <summary>When we could first know of it.</summary>
    [JsonPropertyOrder(-1)]
    public required string ObservedTime { get; init; }
}

/// <summary>How a source names a company.</summary>
/// <param name="Scheme">One of <see cref="CompanyScheme.Registered"/>, or <c>X-</c> and a source's own name.</param>
/// <param name="Id">The value in that scheme, 1 to 128 printable characters.</param>
/// <param name="Name">The name that the source gives it.</param>
public sealed record CompanyReference(string Scheme, string Id, string? Name = null)
{
    /// <summary>Key of a raw message: <c>SCHEME:ID</c>.</summary>
    public override string ToString() => $"{Scheme}:{Id}";
}
