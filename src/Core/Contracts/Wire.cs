using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jianwei.Core.Contracts;

/// <summary>Source-generated JSON of the internal topics: snake_case names, nulls left out, enums by name, UTF-8 unescaped.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(EventTypeJsonConverter), typeof(TextSegmentJsonConverter)])]
[JsonSerializable(typeof(CompanyEvent))]
[JsonSerializable(typeof(ScoreRequest))]
[JsonSerializable(typeof(Score))]
[JsonSerializable(typeof(DeadLetter))]
public sealed partial class WireContext : JsonSerializerContext;

/// <summary>Bytes of the internal topics' messages.</summary>
public static class Wire
{
    private static readonly WireContext Context = new(new JsonSerializerOptions(WireContext.Default.Options)
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static byte[] Write(CompanyEvent message) => JsonSerializer.SerializeToUtf8Bytes(message, Context.CompanyEvent);

    public static byte[] Write(ScoreRequest message) => JsonSerializer.SerializeToUtf8Bytes(message, Context.ScoreRequest);

    public static byte[] Write(Score message) => JsonSerializer.SerializeToUtf8Bytes(message, Context.Score);

    public static byte[] Write(DeadLetter message) => JsonSerializer.SerializeToUtf8Bytes(message, Context.DeadLetter);

    /// <exception cref="JsonException">The bytes are not such a message.</exception>
    public static CompanyEvent ReadEvent(ReadOnlySpan<byte> bytes) => Read(JsonSerializer.Deserialize(bytes, Context.CompanyEvent));

    /// <exception cref="JsonException">The bytes are not such a message.</exception>
    public static ScoreRequest ReadScoreRequest(ReadOnlySpan<byte> bytes) => Read(JsonSerializer.Deserialize(bytes, Context.ScoreRequest));

    /// <exception cref="JsonException">The bytes are not such a message.</exception>
    public static Score ReadScore(ReadOnlySpan<byte> bytes) => Read(JsonSerializer.Deserialize(bytes, Context.Score));

    /// <exception cref="JsonException">The bytes are not such a message.</exception>
    public static DeadLetter ReadDeadLetter(ReadOnlySpan<byte> bytes) => Read(JsonSerializer.Deserialize(bytes, Context.DeadLetter));

    private static T Read<T>(T? message) where T : class => message ?? throw new JsonException("the message is null");
}

/// <summary>Writes a <see cref="TextSegment"/> in lower case.</summary>
public sealed class TextSegmentJsonConverter() : JsonStringEnumConverter<TextSegment>(JsonNamingPolicy.SnakeCaseLower);
