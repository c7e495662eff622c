using System.Globalization;
using Jianwei.Core.Contracts.Raw;
using Microsoft.AspNetCore.Http;

namespace Jianwei.Alerts.Api;

/// <summary>Reads query parameters and fields, refusing what is not allowed with a sentence.</summary>
internal static class Query
{
    public const int LargestPage = 1_000;

    public static string? Text(this HttpRequest request, string name) =>
        request.Query.TryGetValue(name, out var value) && value.ToString() is { Length: > 0 } text ? Clean(name, text) : null;

    public static int Limit(this HttpRequest request, int otherwise = 100) =>
        request.Text("limit") is not { } text ? otherwise
        : int.TryParse(text, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= LargestPage ? limit
        : throw ProblemException.Field("limit", text, $"1 to {LargestPage}");

    public static long? Number(this HttpRequest request, string name) =>
        request.Text(name) is not { } text ? null
        : long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number
        : throw ProblemException.Field(name, text, "a whole number");

    public static DateTime? Time(this HttpRequest request, string name) =>
        request.Text(name) is not { } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.UtcDateTime
        : throw ProblemException.Field(name, text, "an ISO 8601 time, e.g. 2024-05-01T00:00:00Z");

    /// <summary>A required text of bounded length without NUL, trimmed.</summary>
    public static string Required(string field, string? value, int longest = 200) =>
        value?.Trim() is { Length: > 0 } text && text.Length <= longest ? Clean(field, text)
        : throw ProblemException.Field(field, value, $"1 to {longest} characters");

    public static string? Optional(string field, string? value, int longest = 2_000) =>
        value is null || value.Length == 0 ? null : Required(field, value, longest);

    /// <summary>
    /// A company id from the path, where a slash may have stayed escaped, or from the query: in the form that
    /// Ingest gives it where it has one.
    /// </summary>
    public static string Company(string id)
    {
        var text = Required("company id", id.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase));
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && CompanyScheme.TryGet(text[..colon], out var scheme)
            && scheme.HasShape(text[(colon + 1)..]) && scheme.Canonical(text[(colon + 1)..]) is { } canonical
            ? $"{scheme.Name}:{canonical}"
            : text;
    }

    /// <summary>A UUID from the path.</summary>
    public static Guid Guid(string field, string text) =>
        System.Guid.TryParse(text, out var id) ? id
        : throw ProblemException.Field(field, text, "a UUID, e.g. 0190a3c5-7f5e-7cc0-8d7e-2f5f3b1c9a41");

    /// <summary>
    /// An id as Ingest would have written it (US-CIK without leading zeros, …); a scheme of the user's own is taken as it is.
    /// </summary>
    public static string Identifier(string field, string scheme, string? value)
    {
        var text = Required(field, value);
        return CompanyScheme.TryGet(scheme, out var known) ? Canonical(field, text, known, text) : text;
    }

    /// <summary><c>SCHEME:ID</c> in the form that Ingest gives it.</summary>
    public static (string Scheme, string Value) CompanyIdentifier(string field, string? value)
    {
        var text = Required(field, value);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && CompanyScheme.TryGet(text[..colon], out var scheme)
            ? (scheme.Name, Canonical(field, text, scheme, text[(colon + 1)..]))
            : throw ProblemException.Field(field, text, $"SCHEME:ID, where SCHEME is {CompanyScheme.AllowedNames}");
    }

    private static string Canonical(string field, string shown, CompanyScheme scheme, string id) =>
        id.Length is 0 or > 128 || !scheme.HasShape(id) ? throw ProblemException.Field(field, shown, $"for {scheme.Name}, {scheme.Allowed}")
        : scheme.Canonical(id) ?? throw ProblemException.Field(field, shown, $"for {scheme.Name}, {scheme.Rule}");

    private static string Clean(string field, string text) =>
        text.Contains('\0') ? throw ProblemException.Field(field, text.Replace('\0', '?'), "text without NUL") : text;
}
