using System.Text.Json;
using System.Text.Unicode;

namespace Jianwei.Core.Contracts.Raw;

/// <summary>
/// Checks and reads the messages of one raw topic in one pass. It accepts exactly what the topic's schema in <c>schemas/</c>
/// accepts and never throws on input: a problem names the field, the value and what is allowed, and all of them are found.
/// </summary>
public abstract class RawValidator
{
    /// <summary>Most characters of a text.</summary>
    public const int TextLimit = 20_000;

    /// <summary>Most characters of a name, title or place.</summary>
    public const int LineLimit = 1_000;

    private protected const int Source = 1;
    private protected const int SourceEventId = 2;
    private protected const int EventTime = 4;
    private protected const int ObservedTime = 5;

    /// <summary>How many rules the envelope has; a topic's own follow.</summary>
    private protected const int Own = 6;

    private static readonly FieldRule[] Envelope =
    [
        NumberRule.Version,
        new TextRule("source", Required: true, 1, 32, "1 to 32 of a-z, 0-9, '.', '_' and '-', the first a letter or digit",
            IdentifierShapes.Source),
        TextRule.Label("source_event_id", required: true, 200),
        new CompanyRule(),
        TextRule.Time("event_time", required: false),
        TextRule.Time("observed_time", required: true),
    ];

    private readonly FieldRule[] rules;

    private protected RawValidator(params FieldRule[] own) => rules = [.. Envelope, .. own];

    /// <summary>Names of the topic's fields, the envelope's first.</summary>
    public IReadOnlyList<string> Fields => [.. rules.Select(rule => rule.Name)];

    /// <summary>Reads a message from its bytes.</summary>
    public RawResult Validate(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
        {
            return RawResult.Refused(RefusalReason.InvalidUtf8, "not UTF-8", "one JSON object in UTF-8");
        }

        try
        {
            return Read(utf8);
        }
        catch (JsonException exception)
        {
            return RawResult.Refused(RefusalReason.NotJson, $"not JSON ({Problem.Shorten(exception.Message)})", "one JSON object in UTF-8");
        }
        catch (InvalidOperationException)
        {
            // The bytes are UTF-8, so it is an escape: half of a surrogate pair.
            return RawResult.Refused(RefusalReason.InvalidUtf8, "text with half of a \\u surrogate pair",
                "one JSON object of Unicode text");
        }
    }

    /// <summary>Makes the message of fields without problems.</summary>
    private protected abstract RawMessage Build(RawFields fields);

    private RawResult Read(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            // To the end first: what is not JSON at all is called so.
            reader.Skip();
            reader.Read();
            return RawResult.Refused(RefusalReason.NotJson, "another JSON value", "one JSON object in UTF-8");
        }

        var fields = new RawFields(rules, "", []);
        fields.Read(ref reader);
        reader.Read();
        return fields.Problems.Count == 0 ? new RawResult(Build(fields), []) : new RawResult(null, fields.Problems);
    }
}
