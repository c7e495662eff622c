using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jianwei.Core.Contracts.Raw;

/// <summary>A value before or after a change: text or a number; JSON null is the absence of a <see cref="FieldValue"/>.</summary>
[JsonConverter(typeof(FieldValueJsonConverter))]
public readonly record struct FieldValue
{
    public FieldValue(string text) => Text = text;

    public FieldValue(double number) => Number = number;

    public string? Text { get; }

    public double? Number { get; }

    /// <summary>The text, or the number in invariant digits.</summary>
    public override string ToString() => Text ?? Number?.ToString(CultureInfo.InvariantCulture) ?? "";
}

/// <summary>Writes a <see cref="FieldValue"/> as a JSON string or number.</summary>
public sealed class FieldValueJsonConverter : JsonConverter<FieldValue>
{
    /// <inheritdoc/>
    public override FieldValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.String => new FieldValue(reader.GetString()!),
        JsonTokenType.Number => new FieldValue(reader.GetDouble()),
        _ => throw new JsonException("a value before or after is a string, a number or null"),
    };

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, FieldValue value, JsonSerializerOptions options)
    {
        if (value.Number is { } number)
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteStringValue(value.Text);
        }
    }
}
