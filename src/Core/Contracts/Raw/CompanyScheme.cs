using System.Collections.Frozen;
using Jianwei.Core.Text;

namespace Jianwei.Core.Contracts.Raw;

/// <summary>
/// A register that numbers companies. The shape of an id is what the wire schema checks; the canonical form and the check
/// digit belong to normalisation.
/// </summary>
public sealed class CompanyScheme
{
    private static readonly FrozenDictionary<string, CompanyScheme> ByName = new CompanyScheme[]
    {
        new("CN-USCC", "18 characters of 0-9 and A-Z without I, O, S, V, Z", IdentifierShapes.CreditCode, Identifiers.CreditCode,
            "the check character of GB 32100-2015"),
        new("FR-SIREN", "9 digits", IdentifierShapes.Siren, Identifiers.Siren, "the Luhn check digit"),
        new("GB-CRN", "8 letters and digits", IdentifierShapes.EightLettersOrDigits, Identifiers.Upper, "8 letters and digits"),
        new("DE-HRB", "1 to 128 printable characters", IdentifierShapes.Printable, Identifiers.Free, "a text that is not blank"),
        new("US-CIK", "1 to 10 digits", IdentifierShapes.OneToTenDigits, Identifiers.WithoutLeadingZeros, "a number above 0"),
        new("US-EIN", "9 digits", IdentifierShapes.EmployerNumber, Identifiers.WithoutHyphen, "9 digits"),
        new("LEI", "18 letters and digits and 2 check digits", IdentifierShapes.EntityIdentifier, Identifiers.EntityIdentifier,
            "the check digits of ISO 17442 (mod 97)"),
        new("WIKIDATA", "Q and a number", IdentifierShapes.Item, Identifiers.Upper, "Q and a number"),
    }.ToFrozenDictionary(scheme => scheme.Name, StringComparer.Ordinal);

    private readonly Func<string, bool> shape;
    private readonly Func<string, string?> canonical;

    private CompanyScheme(string name, string allowed, Func<string, bool> shape, Func<string, string?> canonical, string rule)
    {
        Name = name;
        Allowed = allowed;
        Rule = rule;
        this.shape = shape;
        this.canonical = canonical;
    }

    /// <summary>What a scheme may be, in words.</summary>
    public static string AllowedNames { get; } = $"{string.Join(", ", Registered)}, or X- and 1 to 16 of A-Z and 0-9";

    /// <summary>Names of the registers that are known, in order.</summary>
    public static IReadOnlyList<string> Registered => [.. ByName.Keys.Order(StringComparer.Ordinal)];

    public string Name { get; }

    /// <summary>The shape of an id, in words.</summary>
    public string Allowed { get; }

    /// <summary>What an id of that shape must fulfil besides, in words.</summary>
    public string Rule { get; }

    /// <summary>A registered scheme, or a source-local one <c>X-[A-Z0-9]{1,16}</c> with any printable id.</summary>
    public static bool TryGet(string name, out CompanyScheme scheme)
    {
        if (ByName.TryGetValue(name, out scheme!))
        {
            return true;
        }

        if (!IdentifierShapes.SourceLocalScheme(name))
        {
            return false;
        }

        scheme = new(name, "1 to 128 printable characters", IdentifierShapes.Printable, Identifiers.Free, "a text that is not blank");
        return true;
    }

    /// <summary>Whether an id has the scheme's shape, as the wire schema checks it.</summary>
    public bool HasShape(string id) => shape(id);

    /// <summary>
    /// The one form of an id of the scheme's shape, as it stands in company ids; null where its check digit is wrong or nothing is left.
    /// </summary>
    public string? Canonical(string id) => CleanText.Line(id) is { } clean ? canonical(clean) : null;
}
