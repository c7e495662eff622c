namespace Jianwei.Core.Contracts.Raw;

/// <summary>Canonical forms of company ids that have their scheme's shape; null where a check digit is wrong.</summary>
internal static class Identifiers
{
    // GB 32100-2015: position weights 3^i mod 31 over this alphabet.
    private const string CreditCodeAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

    public static string? Free(string id)
    {
        var trimmed = id.Trim();
        return trimmed.Length > 0 ? trimmed : null;
    }

    public static string Upper(string id) => id.ToUpperInvariant();

    public static string WithoutHyphen(string id) => id.Replace("-", "", StringComparison.Ordinal);

    public static string? WithoutLeadingZeros(string id)
    {
        var number = id.TrimStart('0');
        return number.Length > 0 ? number : null;
    }

    /// <summary>Unified social credit code: the last character makes the weighted sum a multiple of 31.</summary>
    public static string? CreditCode(string id)
    {
        var code = id.ToUpperInvariant();
        var (sum, weight) = (0, 1);
        for (var i = 0; i < 17; i++)
        {
            sum += CreditCodeAlphabet.IndexOf(code[i]) * weight;
            weight = weight * 3 % 31;
        }

        return CreditCodeAlphabet[(31 - (sum % 31)) % 31] == code[17] ? code : null;
    }

    /// <summary>SIREN: Luhn's sum over the nine digits is a multiple of ten.</summary>
    public static string? Siren(string id)
    {
        var digits = id.Replace(" ", "", StringComparison.Ordinal);
        var sum = 0;
        for (var i = 0; i < 9; i++)
        {
            var digit = (digits[i] - '0') * (1 + (i % 2));
            sum += digit > 9 ? digit - 9 : digit;
        }

        return sum % 10 == 0 ? digits : null;
    }

    /// <summary>LEI: letters as 10 to 35, the whole number is 1 modulo 97 (ISO 7064).</summary>
    public static string? EntityIdentifier(string id)
    {
        var code = id.ToUpperInvariant();
        var rest = 0;
        foreach (var c in code)
        {
            rest = char.IsAsciiDigit(c) ? ((rest * 10) + (c - '0')) % 97 : ((rest * 100) + (c - 'A' + 10)) % 97;
        }

        return rest == 1 ? code : null;
    }
}
