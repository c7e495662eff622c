using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Jianwei.Scorer.Batching;

/// <summary>
/// Reads a <see cref="Core.Contracts.ScoreRequest"/> in one pass over its bytes: features go from base64 straight into a
/// row of the matrix, everything else that the score repeats is only located and checked.
/// </summary>
internal sealed class RequestReader
{
    // What a request cannot do without; one bit each, set when it is seen.
    private const int CompanyId = 1, StateVersion = 2, AsOf = 4, Catalogue = 8, Features = 16, Required = 31;

    private static readonly (int Bit, string Name)[] RequiredNames =
        [(CompanyId, "company_id"), (StateVersion, "state_version"), (AsOf, "as_of"), (Catalogue, "catalogue"), (Features, "features")];

    // Far above any request of ours; a score repeats its request and must itself fit a message.
    private const int SizeLimit = 1024 * 1024;

    private readonly string _catalogue;
    private readonly byte[] _catalogueUtf8;
    private readonly int _featureCount;

    /// <param name="catalogue">Hash of the catalogue that requests must be of.</param>
    /// <param name="featureCount">Values that a request must have.</param>
    public RequestReader(string catalogue, int featureCount)
    {
        _catalogue = catalogue;
        _catalogueUtf8 = Encoding.UTF8.GetBytes(catalogue);
        _featureCount = featureCount;
    }

    /// <summary>Fills <paramref name="row"/> and <paramref name="features"/> (of the feature count's length).</summary>
    /// <returns>Why the message is refused, or null.</returns>
    public Refusal? Read(byte[] message, ref RequestRow row, Span<float> features)
    {
        if (message.Length > SizeLimit)
        {
            return new Refusal(Refusal.TooLarge, $"the message: expected at most {SizeLimit} bytes, found {message.Length}");
        }

        if (!Utf8.IsValid(message))
        {
            return new Refusal(Refusal.NotJson, "the message is not UTF-8");
        }

        row = new RequestRow { Message = message };
        try
        {
            var reader = new Utf8JsonReader(message);
            return ReadObject(ref reader, ref row, features);
        }
        catch (JsonException e)
        {
            return new Refusal(Refusal.NotJson, $"the message is not JSON: {e.Message}");
        }
        catch (InvalidOperationException)
        {
            return new Refusal(Refusal.NotJson, "the message is not JSON: an escaped text is not UTF-16");
        }
    }

    private Refusal? ReadObject(ref Utf8JsonReader reader, ref RequestRow row, Span<float> features)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return new Refusal(Refusal.NotJson, $"the message: expected an object, found {reader.TokenType}");
        }

        var seen = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ReadProperty(ref reader, ref row, features, ref seen) is { } refusal)
            {
                return refusal;
            }
        }

        // A second document after the object throws here.
        reader.Read();
        return (seen & Required) == Required ? null : Missing(seen);
    }

    // By length first: no two names of the same length but those compared in full.
    private Refusal? ReadProperty(ref Utf8JsonReader reader, ref RequestRow row, Span<float> features, ref int seen)
    {
        var name = reader.HasValueSequence || reader.ValueIsEscaped ? default : reader.ValueSpan;
        switch (name.Length)
        {
            case 5 when name.SequenceEqual("as_of"u8): seen |= AsOf; return ReadAsOf(ref reader, ref row);
            case 5 when name.SequenceEqual("event"u8): return ReadEvent(ref reader, ref row);
            case 8 when name.SequenceEqual("features"u8): seen |= Features; return ReadFeatures(ref reader, ref row, features);
            case 9 when name.SequenceEqual("catalogue"u8): seen |= Catalogue; return ReadCatalogue(ref reader);
            case 9 when name.SequenceEqual("text_hash"u8): return ReadText(ref reader, "text_hash", ref row.TextHashJson);
            case 10 when name.SequenceEqual("company_id"u8): seen |= CompanyId; return ReadCompanyId(ref reader, ref row);
            case 12 when name.SequenceEqual("company_name"u8): return ReadText(ref reader, "company_name", ref row.CompanyNameJson);
            case 13 when name.SequenceEqual("state_version"u8): seen |= StateVersion; return ReadStateVersion(ref reader, ref row);
            case 13 when name.SequenceEqual("accepted_time"u8): return ReadAcceptedTime(ref reader, ref row);
            case 14 when name.SequenceEqual("schema_version"u8): return ReadSchemaVersion(ref reader);
            default: reader.Skip(); return null;
        }
    }

    private static Refusal? ReadCompanyId(ref Utf8JsonReader reader, ref RequestRow row)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.String || reader.ValueSpan.IsEmpty)
        {
            return Invalid("company_id", "a company id", ref reader);
        }

        row.CompanyIdJson = Located(ref reader);
        row.CompanyId = reader.ValueIsEscaped ? reader.GetString()! : Encoding.UTF8.GetString(reader.ValueSpan);
        return null;
    }

    private static Refusal? ReadStateVersion(ref Utf8JsonReader reader, ref RequestRow row) =>
        reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out row.StateVersion) && row.StateVersion >= 0
            ? null
            : Invalid("state_version", "a whole number from 0", ref reader);

    private static Refusal? ReadSchemaVersion(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var version) && version == 1
            ? null
            : Invalid("schema_version", "1", ref reader);

    private static Refusal? ReadAsOf(ref Utf8JsonReader reader, ref RequestRow row)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.String || !reader.TryGetDateTimeOffset(out _))
        {
            return Invalid("as_of", "an RFC 3339 time", ref reader);
        }

        row.AsOfJson = Located(ref reader);
        return null;
    }

    private static Refusal? ReadAcceptedTime(ref Utf8JsonReader reader, ref RequestRow row)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.String || !reader.TryGetDateTimeOffset(out row.AcceptedTime))
        {
            return Invalid("accepted_time", "an RFC 3339 time", ref reader);
        }

        row.AcceptedTimeJson = Located(ref reader);
        return null;
    }

    private static Refusal? ReadText(ref Utf8JsonReader reader, string name, ref Slice json)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String && reader.ValueIsEscaped)
        {
            // Throws where the escapes are not text.
            reader.GetString();
        }

        json = reader.TokenType == JsonTokenType.Null ? default : Located(ref reader);
        return reader.TokenType is JsonTokenType.Null or JsonTokenType.String ? null : Invalid(name, "text or null", ref reader);
    }

    // What is inside is the Featurizer's and is checked by who reads it; here it only travels.
    private static Refusal? ReadEvent(ref Utf8JsonReader reader, ref RequestRow row)
    {
        reader.Read();
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.Null))
        {
            return Invalid("event", "an object or null", ref reader);
        }

        var start = (int)reader.TokenStartIndex;
        var isNull = reader.TokenType == JsonTokenType.Null;
        reader.Skip();
        row.EventJson = isNull ? default : new Slice(start, (int)reader.BytesConsumed - start);
        return null;
    }

    private Refusal? ReadCatalogue(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.String)
        {
            return Invalid("catalogue", "a catalogue hash", ref reader);
        }

        return reader.ValueTextEquals(_catalogueUtf8)
            ? null
            : new Refusal(Refusal.CatalogueMismatch, $"catalogue: expected {_catalogue} (the model's), found {Shortened(reader.GetString()!)}");
    }

    private Refusal? ReadFeatures(ref Utf8JsonReader reader, ref RequestRow row, Span<float> features)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.String)
        {
            return Invalid("features", "base64 of float32 values", ref reader);
        }

        row.FeaturesJson = Located(ref reader);
        return Decode(ref reader, MemoryMarshal.AsBytes(features)) is { } refusal ? refusal : NotFinite(features);
    }

    // A float32's bytes are little-endian on the wire and on every machine that ONNX Runtime runs on.
    private Refusal? Decode(ref Utf8JsonReader reader, Span<byte> values)
    {
        // '+' may come escaped from a writer other than ours.
        var text = reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;
        if (Base64.DecodeFromUtf8(text, values, out _, out var written) == OperationStatus.Done && written == values.Length)
        {
            return null;
        }

        return Base64.IsValid(text, out var length)
            ? new Refusal(Refusal.CatalogueMismatch, $"features: expected {_featureCount} values in {values.Length} bytes (the model's), found {length} bytes")
            : new Refusal(Refusal.InvalidField, "features: expected base64, found other characters");
    }

    private static Refusal? NotFinite(ReadOnlySpan<float> features)
    {
        var index = FiniteValues.IndexOfNotFinite(features);
        return index < 0 ? null : new Refusal(Refusal.FeaturesNotFinite, $"features: expected finite values, found {features[index]} at {index}");
    }

    private static Slice Located(ref Utf8JsonReader reader) =>
        new((int)reader.TokenStartIndex, (int)(reader.BytesConsumed - reader.TokenStartIndex));

    private static Refusal Missing(int seen) =>
        new(Refusal.InvalidField, $"{string.Join(", ", RequiredNames.Where(n => (seen & n.Bit) == 0).Select(n => n.Name))}: expected, found nothing");

    private static Refusal Invalid(string field, string expected, ref Utf8JsonReader reader)
    {
        var found = reader.TokenType switch
        {
            JsonTokenType.String => $"\"{Shortened(Encoding.UTF8.GetString(reader.ValueSpan))}\"",
            JsonTokenType.Number => Shortened(Encoding.UTF8.GetString(reader.ValueSpan)),
            var type => type.ToString(),
        };
        return new Refusal(Refusal.InvalidField, $"{field}: expected {expected}, found {found}");
    }

    private static string Shortened(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
