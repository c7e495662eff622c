using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Jianwei.Scorer.Batching;

/// <summary>Looks at a request field by field and says what is wrong with it: which field, what was expected, what was found.</summary>
internal sealed class RequestCheck(string catalogue, int featureCount)
{
    // What a request cannot do without; one bit each, set when it is seen.
    private const int CompanyId = 1, StateVersion = 2, AsOf = 4, Catalogue = 8, Features = 16, Required = 31;

    private static readonly (int Bit, string Name)[] RequiredNames =
        [(CompanyId, "company_id"), (StateVersion, "state_version"), (AsOf, "as_of"), (Catalogue, "catalogue"), (Features, "features")];

    /// <returns>Why the message is refused, or null.</returns>
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <exception cref="InvalidOperationException">An escaped text is not UTF-16.</exception>
    public Refusal? Refuse(byte[] message)
    {
        var reader = new Utf8JsonReader(message);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return new Refusal(Refusal.NotJson, $"the message: expected an object, found {reader.TokenType}");
        }

        var seen = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (RefuseField(name, ref reader, ref seen) is { } refusal)
            {
                return refusal;
            }

            reader.Skip();
        }

        // A second document after the object throws here.
        reader.Read();
        return seen == Required ? null : new Refusal(Refusal.InvalidField, $"{Missing(seen)}: expected, found nothing");
    }

    private Refusal? RefuseField(string name, ref Utf8JsonReader reader, ref int seen)
    {
        switch (name)
        {
            case "schema_version":
                return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var version) && version == 1
                    ? null
                    : Invalid(name, "1", ref reader);
            case "company_id":
                seen |= CompanyId;
                return reader.TokenType == JsonTokenType.String && reader.GetString()!.Length > 0
                    ? null
                    : Invalid(name, "a company id", ref reader);
            case "company_name":
                return IsTextOrNull(ref reader) ? null : Invalid(name, "text or null", ref reader);
            case "text_hash":
                return IsHashOrNull(ref reader) ? null : Invalid(name, "16 hexadecimal digits or null", ref reader);
            case "text":
                return IsBase64OrNull(ref reader) ? null : Invalid(name, "base64 or null", ref reader);
            case "state_version":
                seen |= StateVersion;
                return IsVersion(ref reader) ? null : Invalid(name, "a whole number from 0", ref reader);
            case "as_of":
                seen |= AsOf;
                return IsTime(ref reader) ? null : Invalid(name, "an RFC 3339 time", ref reader);
            case "accepted_time":
                return IsTime(ref reader) ? null : Invalid(name, "an RFC 3339 time", ref reader);
            case "event":
                return reader.TokenType is JsonTokenType.StartObject or JsonTokenType.Null
                    ? null
                    : Invalid(name, "an object or null", ref reader);
            case "catalogue":
                seen |= Catalogue;
                return reader.TokenType == JsonTokenType.String
                    ? RefuseCatalogue(reader.GetString()!)
                    : Invalid(name, "a catalogue hash", ref reader);
            case "features":
                seen |= Features;
                return reader.TokenType == JsonTokenType.String
                    ? RefuseFeatures(reader.GetString()!)
                    : Invalid(name, "base64 of float32 values", ref reader);
            default:
                return null;
        }
    }

    private static bool IsVersion(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var version) && version is >= 0 and < 1_000_000_000_000_000_000;

    private static bool IsTime(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out _);

    // GetString throws where escapes are not text.
    private static bool IsTextOrNull(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null || (reader.TokenType == JsonTokenType.String && reader.GetString() is not null);

    private static bool IsHashOrNull(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null
        || (reader.TokenType == JsonTokenType.String && reader.GetString() is { Length: 16 } text && text.All(char.IsAsciiHexDigitLower));

    private static bool IsBase64OrNull(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null || (reader.TokenType == JsonTokenType.String && reader.TryGetBytesFromBase64(out _));

    private Refusal? RefuseCatalogue(string found) =>
        found == catalogue ? null
            : new Refusal(Refusal.CatalogueMismatch, $"catalogue: expected {catalogue} (the model's), found {Shortened(found)}");

    private Refusal? RefuseFeatures(string base64)
    {
        var values = new float[featureCount];
        var bytes = MemoryMarshal.AsBytes(values.AsSpan());
        if (!Base64.IsValid(base64, out var length))
        {
            return new Refusal(Refusal.InvalidField, "features: expected base64, found other characters");
        }

        if (length != bytes.Length || !Convert.TryFromBase64String(base64, bytes, out _))
        {
            return new Refusal(
                Refusal.CatalogueMismatch,
                $"features: expected {featureCount} values in {bytes.Length} bytes (the model's), found {length} bytes");
        }

        var index = FiniteValues.IndexOfNotFinite(values);
        return index < 0 ? null
            : new Refusal(Refusal.FeaturesNotFinite, $"features: expected finite values, found {values[index]} at {index}");
    }

    private static string Missing(int seen) => string.Join(", ", RequiredNames.Where(n => (seen & n.Bit) == 0).Select(n => n.Name));

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
