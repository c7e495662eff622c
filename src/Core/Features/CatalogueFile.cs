using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jianwei.Core.Features;

/// <summary>The catalogue as it is written: entries that name several windows stand for one feature each.</summary>
internal sealed record CatalogueFile
{
    public const int Version = 1;

    public int SchemaVersion { get; init; } = Version;

    /// <summary>Names for sets of event types: wire names, <c>block.*</c> or <c>*</c>.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> EventSets { get; init; }

    public required IReadOnlyList<Entry> Features { get; init; }

    /// <param name="Name">May hold <c>{window}</c>, which becomes e.g. <c>30d</c> or <c>life</c>.</param>
    /// <param name="Group">Group for explanations.</param>
    /// <param name="Events">A name of <see cref="EventSets"/> or a pattern.</param>
    /// <param name="Aggregate">What is computed.</param>
    /// <param name="Windows">Days; 0 is the lifetime.</param>
    /// <param name="LongWindow">For ratio.</param>
    /// <param name="Transform">none or log1p.</param>
    /// <param name="Default">Value for nothing.</param>
    internal sealed record Entry(
        string Name,
        string Group,
        string Events,
        Aggregate Aggregate,
        IReadOnlyList<int> Windows,
        int LongWindow = 0,
        Transform Transform = Transform.None,
        float Default = 0);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true,
    Converters = [typeof(AggregateConverter), typeof(TransformConverter)])]
[JsonSerializable(typeof(CatalogueFile))]
internal sealed partial class CatalogueContext : JsonSerializerContext;

internal sealed class AggregateConverter() : JsonStringEnumConverter<Aggregate>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);

internal sealed class TransformConverter() : JsonStringEnumConverter<Transform>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);
