using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

namespace Jianwei.Core.Contracts.Raw;

/// <summary>One field of a raw message and what is allowed in it.</summary>
/// <param name="Name">Name on the wire.</param>
/// <param name="Required">Whether it must be there.</param>
/// <param name="Allowed">What is allowed, in words.</param>
/// <param name="Reason">How a value that is not allowed is called.</param>
internal abstract record FieldRule(string Name, bool Required, string Allowed, RefusalReason Reason = RefusalReason.InvalidField)
{
    /// <summary>The name as it is compared.</summary>
    public byte[] Utf8Name { get; } = Encoding.UTF8.GetBytes(Name);

    /// <summary>Reads the value that the reader stands on; false where it is not allowed. Never moves the reader.</summary>
    public abstract bool TryRead(ref Utf8JsonReader reader, out FieldSlot slot);
}

/// <summary>A value that was read.</summary>
/// <param name="Text">A text.</param>
/// <param name="Number">A number, or the code of a choice.</param>
internal readonly record struct FieldSlot(string? Text, double? Number)
{
    public static FieldSlot Of(string? text) => new(text, null);

    public static FieldSlot Of(double? number) => new(null, number);
}

/// <summary>Text of a bounded number of characters (code points, as JSON Schema counts them), with a shape where one is given.</summary>
internal sealed record TextRule(
    string Name, bool Required, int Least, int Most, string Allowed, Func<string, bool>? Shape = null,
    RefusalReason Reason = RefusalReason.InvalidField)
    : FieldRule(Name, Required, Allowed, Reason)
{
    /// <summary>Free text.</summary>
    public static TextRule Free(string name, int most) => new(name, Required: false, 0, most, $"a text of at most {most:N0} characters");

    /// <summary>An id or name without control characters.</summary>
    public static TextRule Label(string name, bool required, int most) =>
        new(name, required, 1, most, $"a text of 1 to {most} printable characters", IdentifierShapes.Printable);

    /// <summary>Three letters; whether they are a currency is normalisation's business.</summary>
    public static TextRule Currency(string name) =>
        new(name, Required: false, 3, 3, "a currency of ISO 4217 in three letters, such as CNY", IdentifierShapes.Currency);

    /// <summary>A time by its shape.</summary>
    public static TextRule Time(string name, bool required) =>
        new(name, required, 0, 64, RawTime.Shape, static text => RawTime.HasShape(text), RefusalReason.BadTime);

    /// <inheritdoc/>
    public override bool TryRead(ref Utf8JsonReader reader, out FieldSlot slot)
    {
        slot = default;
        if (reader.TokenType != JsonTokenType.String)
        {
            return false;
        }

        var text = reader.GetString()!;
        slot = FieldSlot.Of(text);
        return text.Length >= Least && (text.Length <= Most || CodePoints(text) <= Most) && (Shape is null || Shape(text));
    }

    /// <summary>Characters as JSON Schema counts them: a surrogate pair is one.</summary>
    public static int CodePoints(string text)
    {
        var count = text.Length;
        foreach (var c in text)
        {
            count -= char.IsLowSurrogate(c) ? 1 : 0;
        }

        return count;
    }
}

/// <summary>A finite number within bounds.</summary>
internal sealed record NumberRule(string Name, bool Required, double Least, double Most, bool Whole)
    : FieldRule(Name, Required,
        FormattableString.Invariant($"a {(Whole ? "whole number" : "number")} from {Least:0.##E+0} to {Most:0.##E+0}"))
{
    /// <summary>Largest amount of money.</summary>
    public const double AmountLimit = 1e18;

    /// <summary>Most people.</summary>
    public const double PeopleLimit = 10_000_000;

    public static NumberRule Amount(string name) => new(name, Required: false, 0, AmountLimit, Whole: false);

    public static NumberRule People(string name) =>
        new(name, Required: false, 0, PeopleLimit, Whole: true) { Allowed = "a whole number from 0 to 10,000,000" };

    public static NumberRule Version { get; } =
        new("schema_version", Required: true, 1, 1, Whole: true) { Allowed = "1", Reason = RefusalReason.UnsupportedVersion };

    /// <inheritdoc/>
    public override bool TryRead(ref Utf8JsonReader reader, out FieldSlot slot)
    {
        slot = default;
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetDouble(out var number))
        {
            return false;
        }

        slot = FieldSlot.Of(number);
        return number >= Least && number <= Most && (!Whole || number == Math.Floor(number));
    }
}

/// <summary>One of the snake_case names of an enum; the slot's number is its code.</summary>
internal sealed record ChoiceRule<T>(string Name, bool Required)
    : FieldRule(Name, Required, $"one of {string.Join(", ", Choices.Keys.Order(StringComparer.Ordinal))}")
    where T : struct, Enum
{
    private static readonly FrozenDictionary<string, double> Choices = Enum.GetValues<T>().ToFrozenDictionary(
        value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()),
        value => (double)Convert.ToInt32(value, System.Globalization.CultureInfo.InvariantCulture),
        StringComparer.Ordinal);

    /// <inheritdoc/>
    public override bool TryRead(ref Utf8JsonReader reader, out FieldSlot slot)
    {
        slot = default;
        if (reader.TokenType != JsonTokenType.String || !Choices.TryGetValue(reader.GetString()!, out var code))
        {
            return false;
        }

        slot = FieldSlot.Of(code);
        return true;
    }
}

/// <summary>Text, a number or null: a value before or after a change.</summary>
internal sealed record ValueRule(string Name)
    : FieldRule(Name, Required: false, "a text of at most 20,000 characters, a number from -1E+18 to 1E+18, or null")
{
    private readonly TextRule text = TextRule.Free(Name, RawValidator.TextLimit);
    private readonly NumberRule number = new(Name, Required: false, -NumberRule.AmountLimit, NumberRule.AmountLimit, Whole: false);

    /// <inheritdoc/>
    public override bool TryRead(ref Utf8JsonReader reader, out FieldSlot slot)
    {
        slot = default;
        return reader.TokenType switch
        {
            JsonTokenType.Null => true,
            JsonTokenType.String => text.TryRead(ref reader, out slot),
            JsonTokenType.Number => number.TryRead(ref reader, out slot),
            _ => false,
        };
    }
}
