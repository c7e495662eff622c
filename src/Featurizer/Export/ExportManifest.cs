using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Jianwei.Featurizer.Export;

/// <summary>
/// <c>manifest.json</c> of an export folder, written last: what the arrays beside it hold. <c>training/dataset.py</c> reads it.
/// </summary>
public sealed record ExportManifest
{
    public int SchemaVersion { get; init; } = 2;

    /// <summary>Hash of the feature catalogue: 16 hexadecimal digits.</summary>
    public required string Catalogue { get; init; }

    /// <summary>Columns of <c>features.npy</c>, in order.</summary>
    public required IReadOnlyList<ExportedFeature> Features { get; init; }

    public required long Rows { get; init; }

    public required int HorizonDays { get; init; }

    public required string Target { get; init; }

    /// <summary><c>monthly</c> or <c>notice</c>.</summary>
    public required string At { get; init; }

    public required string Source { get; init; }

    /// <summary>Events applied; duplicates are not among them.</summary>
    public required long Events { get; init; }

    public required int Companies { get; init; }

    public DateTimeOffset? FirstAsOf { get; init; }

    public DateTimeOffset? LastAsOf { get; init; }

    /// <summary>The newest observed time: what happened later is not known.</summary>
    public DateTimeOffset? DataEnd { get; init; }

    /// <summary>Rows with label 1 that are not censored.</summary>
    public required long Positive { get; init; }

    /// <summary>Rows whose horizon ends after <see cref="DataEnd"/>.</summary>
    public required long Censored { get; init; }

    /// <summary>What <c>token_id.npy</c> was made with; null where there are no documents.</summary>
    public ExportedTokenizer? Tokenizer { get; init; }

    /// <summary>Different texts.</summary>
    public int Documents { get; init; }

    /// <summary>Tokens of all of them.</summary>
    public long Tokens { get; init; }

    /// <summary>The events beside the rows.</summary>
    public required ExportedSequences Sequences { get; init; }

    /// <summary>Names of the codes in <c>event_type.npy</c>, from code 0.</summary>
    public required IReadOnlyList<string> EventTypes { get; init; }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ExportContext.Default.ExportManifest);

    /// <summary>The same on one line.</summary>
    public string ToJsonLine() => JsonNode.Parse(ToJson())!.ToJsonString(new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}

/// <summary>One column.</summary>
public sealed record ExportedFeature(string Name, string Group);

/// <summary>A tokenizer by its hash, the number of its entries, and the most tokens of a document.</summary>
public sealed record ExportedTokenizer(string Hash, int Vocabulary, int MaxTokens);

/// <summary>How many events there are, and how many of a company a row looks back on.</summary>
public sealed record ExportedSequences(long Events, int Length);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ExportManifest))]
internal sealed partial class ExportContext : JsonSerializerContext;
