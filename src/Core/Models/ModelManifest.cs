using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jianwei.Core.Models;

/// <summary>
/// <c>manifest.json</c> of a model package, <c>models/&lt;name&gt;/&lt;version&gt;/</c>: what the package is, what it needs, and how
/// its output becomes a calibrated probability and a band.
/// </summary>
public sealed record ModelManifest
{
    public int SchemaVersion { get; init; } = 1;

    public required string Name { get; init; }

    public required string Version { get; init; }

    /// <summary>What the probability is of, in words, e.g. <c>closure notice by the same employer</c>.</summary>
    public required string Target { get; init; }

    /// <summary>The probability's horizon in days.</summary>
    public required int HorizonDays { get; init; }

    /// <summary>Hash of the feature catalogue that the model was trained on: 16 hexadecimal digits.</summary>
    public required string Catalogue { get; init; }

    public required int FeatureCount { get; init; }

    /// <summary>Hash of the tokenizer, for models with a text encoder; null for a tabular one.</summary>
    public string? Tokenizer { get; init; }

    public required ModelGraph Graph { get; init; }

    /// <summary>Makes the head's text vector; null for a tabular model.</summary>
    public TextEncoderGraph? TextEncoder { get; init; }

    public required Calibration Calibration { get; init; }

    /// <summary>From the lowest band to the highest; the first has no thresholds.</summary>
    public required IReadOnlyList<Band> Bands { get; init; }

    /// <summary>SHA-256 (lower-case hexadecimal) of each file of the package but the manifest, by file name.</summary>
    public required IReadOnlyDictionary<string, string> Files { get; init; }

    /// <summary>Name of the golden-inputs file; see <see cref="GoldenInputs"/>.</summary>
    public string Golden { get; init; } = "golden.json";

    /// <summary>How it was trained and what it reached on later data; free form, shown by <c>jianwei model list</c>.</summary>
    public JsonElement? Training { get; init; }

    public string Id => $"{Name}/{Version}";

    /// <summary><see cref="Target"/> and horizon in words, e.g. <c>closure notice by the same employer, within 365 days</c>.</summary>
    public string Predicts() => $"{Target.TrimEnd(',')}, within {HorizonDays} days";

    /// <summary>The band that a probability falls in, without hysteresis: the highest whose fire threshold it reaches.</summary>
    public Band BandOf(double probability)
    {
        var band = Bands[0];
        for (var i = 1; i < Bands.Count && probability >= Bands[i].Fire; i++)
        {
            band = Bands[i];
        }

        return band;
    }

    /// <exception cref="JsonException">The text is not a manifest.</exception>
    public static ModelManifest Parse(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, ManifestContext.Default.ModelManifest) ?? throw new JsonException("the manifest is null");

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ManifestContext.Default.ModelManifest);
}

/// <summary>The graph that is run on every change.</summary>
/// <param name="File">ONNX file in the package.</param>
/// <param name="Features">Name of the float32 input (batch, features).</param>
/// <param name="Output">Name of the float32 output (batch) or (batch, 1): a logit, before calibration.</param>
/// <param name="TextVector">Name of the float32 input (batch, text width) of a fused head; null for a tabular model.</param>
/// <param name="TextWidth">Width of the text vector; 0 for a tabular model.</param>
/// <param name="HasText">Name of the float32 input (batch, 1) that is 1 where the company has a text and 0 where the text vector
/// is zeros; null for a tabular model.</param>
public sealed record ModelGraph(
    string File, string Features, string Output, string? TextVector = null, int TextWidth = 0, string? HasText = null);

/// <summary>The graph that is run when a company's text has changed.</summary>
/// <param name="File">ONNX file in the package.</param>
/// <param name="Ids">Name of the int64 input (batch, length): token ids, 0 where a shorter document has ended.</param>
/// <param name="Tags">Name of the int64 input (batch, length): what each token is part of; see the tokenizer's TokenTag.</param>
/// <param name="Output">Name of the float32 output (batch, text width).</param>
/// <param name="Tokenizer">The vocabulary's file in the package.</param>
public sealed record TextEncoderGraph(string File, string Ids, string Tags, string Output, string Tokenizer);

/// <summary>Platt scaling (Platt 1999): p = 1 / (1 + exp(-(<see cref="Scale"/> · logit + <see cref="Offset"/>))).</summary>
public sealed record Calibration(double Scale, double Offset)
{
    /// <summary>Calibrated log-odds of a raw logit.</summary>
    public double LogOdds(double logit) => (Scale * logit) + Offset;
}

/// <summary>A band of risk.</summary>
/// <param name="Name">e.g. <c>low</c>, <c>watch</c>, <c>high</c>.</param>
/// <param name="Fire">Probability from which a company enters it; null for the lowest band.</param>
/// <param name="Recover">Probability below which a company leaves it; at most <paramref name="Fire"/>; null for the lowest band.</param>
public sealed record Band(string Name, double? Fire = null, double? Recover = null);

/// <summary>
/// <c>golden.json</c>: inputs and the logits that training saw for them; serving must agree within <see cref="Tolerance"/>.
/// </summary>
/// <param name="Inputs">Rows of features, each of the manifest's feature count.</param>
/// <param name="Logits">One raw logit per row.</param>
/// <param name="Tolerance">Largest absolute difference allowed.</param>
/// <param name="Documents">One document per row for a fused model, null where a company has no text.</param>
public sealed record GoldenInputs(
    IReadOnlyList<float[]> Inputs, IReadOnlyList<float> Logits, double Tolerance = 1e-4, IReadOnlyList<GoldenDocument?>? Documents = null)
{
    /// <exception cref="JsonException">The text is not golden inputs.</exception>
    public static GoldenInputs Parse(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, ManifestContext.Default.GoldenInputs) ?? throw new JsonException("golden inputs are null");
}

/// <summary>A document as the text encoder reads it.</summary>
/// <param name="Ids">Token ids.</param>
/// <param name="Tags">As many tags.</param>
public sealed record GoldenDocument(int[] Ids, int[] Tags);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ModelManifest))]
[JsonSerializable(typeof(GoldenInputs))]
internal sealed partial class ManifestContext : JsonSerializerContext;
