namespace Jianwei.Core.Contracts.Raw;

/// <summary>Shapes of company ids; each is one <c>pattern</c> of <c>schemas/envelope.schema.json</c>, written out for speed.</summary>
internal static class IdentifierShapes
{
    /// <summary><c>X-[A-Z0-9]{1,16}</c>.</summary>
    public static bool SourceLocalScheme(string name) =>
        name.Length is >= 3 and <= 18 && name.StartsWith("X-", StringComparison.Ordinal) && All(name.AsSpan(2), IsUpperOrDigit);

    /// <summary>No control characters; the length is checked beside.</summary>
    public static bool Printable(string id) => All(id, static c => !char.IsControl(c));

    public static bool CreditCode(string id) =>
        id.Length == 18 && All(id, static c => char.IsAsciiLetterOrDigit(c) && "IOSVZiosvz".IndexOf(c) < 0);

    /// <summary>Nine digits, also written in threes with single spaces.</summary>
    public static bool Siren(string id)
    {
        var digits = 0;
        for (var i = 0; i < id.Length; i++)
        {
            if (char.IsAsciiDigit(id[i]))
            {
                digits++;
            }
            else if (id[i] != ' ' || digits is not (3 or 6) || id[i - 1] == ' ')
            {
                return false;
            }
        }

        return digits == 9;
    }

    public static bool EightLettersOrDigits(string id) => id.Length == 8 && All(id, char.IsAsciiLetterOrDigit);

    public static bool OneToTenDigits(string id) => id.Length is >= 1 and <= 10 && All(id, char.IsAsciiDigit);

    /// <summary>Nine digits, also written <c>12-3456789</c>.</summary>
    public static bool EmployerNumber(string id) => id.Length switch
    {
        9 => All(id, char.IsAsciiDigit),
        10 => id[2] == '-' && All(id.AsSpan(0, 2), char.IsAsciiDigit) && All(id.AsSpan(3), char.IsAsciiDigit),
        _ => false,
    };

    public static bool EntityIdentifier(string id) =>
        id.Length == 20 && All(id.AsSpan(0, 18), char.IsAsciiLetterOrDigit) && All(id.AsSpan(18), char.IsAsciiDigit);

    public static bool Item(string id) =>
        id.Length is >= 2 and <= 13 && id[0] is 'Q' or 'q' && id[1] != '0' && All(id.AsSpan(1), char.IsAsciiDigit);

    public static bool Source(string text) => text.Length is >= 1 and <= 32
        && IsLowerOrDigit(text[0]) && All(text, static c => IsLowerOrDigit(c) || c is '.' or '_' or '-');

    public static bool Currency(string text) => text.Length == 3 && All(text, char.IsAsciiLetter);

    private static bool IsUpperOrDigit(char c) => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c);

    private static bool IsLowerOrDigit(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c);

    private static bool All(ReadOnlySpan<char> text, Func<char, bool> test)
    {
        foreach (var c in text)
        {
            if (!test(c))
            {
                return false;
            }
        }

        return true;
    }
}
