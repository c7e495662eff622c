using System.Text;
using System.Text.Json;

namespace Jianwei.Core.Contracts.Raw;

/// <summary>
/// Reads one JSON object in one pass against its rules: values land in slots by the rule's place, whatever is wrong in
/// <see cref="Problems"/>.
/// </summary>
internal sealed class RawFields(FieldRule[] rules, string prefix, List<Problem> problems)
{
    private readonly FieldSlot[] slots = new FieldSlot[rules.Length];
    private uint seen; // bit i: rules[i] was there, whatever its value

    public List<Problem> Problems => problems;

    /// <summary>The company reference, where the object has one.</summary>
    public CompanyReference? Company { get; private set; }

    public string? Text(int rule) => slots[rule].Text;

    public double? Number(int rule) => slots[rule].Number;

    public int? Whole(int rule) => (int?)slots[rule].Number;

    /// <summary>A choice that was read.</summary>
    public T? Choice<T>(int rule)
        where T : struct, Enum => slots[rule].Number is { } code ? (T)Enum.ToObject(typeof(T), (int)code) : null;

    public FieldValue? Value(int rule) => slots[rule] switch
    {
        { Text: { } text } => new FieldValue(text),
        { Number: { } number } => new FieldValue(number),
        _ => null,
    };

    /// <summary>Reads the object that the reader stands at the start of, to its end.</summary>
    public void Read(ref Utf8JsonReader reader)
    {
        var next = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var rule = Find(ref reader, next);
            if (rule < 0)
            {
                Unknown(ref reader);
                continue;
            }

            next = rule + 1;
            reader.Read();
            One(ref reader, rule);
        }

        for (var i = 0; i < rules.Length; i++)
        {
            if (rules[i].Required && (seen & (1u << i)) == 0)
            {
                problems.Add(new Problem(RefusalReason.MissingField, prefix + rules[i].Name, "", rules[i].Allowed));
            }
        }
    }

    // Producers write fields in one order, so the search starts after the last one found.
    private int Find(ref Utf8JsonReader reader, int start)
    {
        for (var i = 0; i < rules.Length; i++)
        {
            var rule = (start + i) % rules.Length;
            if (reader.ValueTextEquals(rules[rule].Utf8Name))
            {
                return rule;
            }
        }

        return -1;
    }

    private void One(ref Utf8JsonReader reader, int index)
    {
        var rule = rules[index];
        if ((seen & (1u << index)) != 0)
        {
            problems.Add(new Problem(RefusalReason.DuplicateField, prefix + rule.Name, Show(ref reader), "each field once"));
            reader.Skip();
            return;
        }

        seen |= 1u << index;
        if (rule is CompanyRule && reader.TokenType == JsonTokenType.StartObject)
        {
            Company = CompanyRule.Read(ref reader, problems);
        }
        else if (!rule.TryRead(ref reader, out slots[index]))
        {
            problems.Add(new Problem(rule.Reason, prefix + rule.Name, Show(ref reader), rule.Allowed));
            reader.Skip();
        }
    }

    private void Unknown(ref Utf8JsonReader reader)
    {
        var name = prefix + Problem.Shorten(reader.GetString()!);
        reader.Read();
        var known = string.Join(", ", rules.Select(r => prefix + r.Name));
        problems.Add(new Problem(RefusalReason.UnknownField, name, Show(ref reader), $"only {known}"));
        reader.Skip();
    }

    private static string Show(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => $"\"{Problem.Shorten(reader.GetString()!)}\"",
        _ => Problem.Shorten(Encoding.UTF8.GetString(reader.ValueSpan)),
    };
}
