using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jianwei.Core.Contracts.Raw;

/// <summary>Source-generated JSON of the raw topics: snake_case names, absent values left out, enums by name, UTF-8 unescaped.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [
        typeof(SnakeCase<CompanyChangeKind>), typeof(SnakeCase<PostingAction>), typeof(SnakeCase<FilingKind>),
        typeof(SnakeCase<PartyRole>), typeof(SnakeCase<OutcomeKind>)])]
[JsonSerializable(typeof(CompanyChange))]
[JsonSerializable(typeof(JobPosting))]
[JsonSerializable(typeof(Filing))]
[JsonSerializable(typeof(Outcome))]
internal sealed partial class RawContext : JsonSerializerContext;

/// <summary>Writes an enum in snake_case.</summary>
internal sealed class SnakeCase<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;

/// <summary>Bytes of the raw topics' messages; to read them, use <see cref="RawValidators"/>.</summary>
public static class RawWire
{
    private static readonly RawContext Context = new(new JsonSerializerOptions(RawContext.Default.Options)
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>The topic's name, without prefix, that a message belongs to.</summary>
    public static string Topic(RawMessage message) => message switch
    {
        CompanyChange => "company-changes",
        JobPosting => "job-postings",
        Filing => "filings",
        Outcome => "outcomes",
        _ => throw new ArgumentOutOfRangeException(nameof(message), message.GetType().Name, "not a raw message"),
    };

    public static byte[] Write(RawMessage message) => JsonSerializer.SerializeToUtf8Bytes(message, message switch
    {
        CompanyChange => Context.CompanyChange,
        JobPosting => Context.JobPosting,
        Filing => Context.Filing,
        Outcome => (System.Text.Json.Serialization.Metadata.JsonTypeInfo)Context.Outcome,
        _ => throw new ArgumentOutOfRangeException(nameof(message), message.GetType().Name, "not a raw message"),
    });
}
