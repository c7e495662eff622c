using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Jianwei.Alerts.Api;

/// <summary>
/// What is wrong with a request's JSON, in terms of its fields: the serialiser's own sentences name types of this program.
/// </summary>
internal static class BodyProblem
{
    public static string Of(JsonException e, JsonTypeInfo type) => e switch
    {
        { Path: null } => e.Message, // ours
        { InnerException: JsonException } => $"it is not JSON, from line {e.LineNumber + 1}, byte {e.BytePositionInLine} on",
        { Path: "$" } => $"it is not {Kind(type.Type)}",
        _ when TypeAt(type, e.Path) is { } found => $"{Field(e.Path)} is not {Kind(found)}",
        _ => $"{Field(e.Path)} is no field that is known here; allowed: {string.Join(", ", FieldsAround(type, e.Path))}",
    };

    private static string Field(string path)
    {
        var field = path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path[1..];
        return field.Length <= 100 ? field : field[..100] + "…";
    }

    // The path is that of a value: $.identifiers[3].scheme.
    private static Type? TypeAt(JsonTypeInfo type, string path)
    {
        var at = type.Type;
        foreach (var step in path[1..].Replace("[", ".[", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            var next = step[0] == '[' ? at.GetGenericArguments().FirstOrDefault()
                : type.Options.GetTypeInfo(at).Properties.FirstOrDefault(p => p.Name == step)?.PropertyType;
            if (next is null)
            {
                return null;
            }

            at = next;
        }

        return at;
    }

    // Of the object that the unknown field stands in.
    private static IEnumerable<string> FieldsAround(JsonTypeInfo type, string path)
    {
        var around = TypeAt(type, path[..Math.Max(1, path.LastIndexOf('.'))]) ?? type.Type;
        return type.Options.GetTypeInfo(around).Properties.Select(p => p.Name);
    }

    private static string Kind(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var t when t == typeof(string) => "a text",
        var t when t == typeof(bool) => "true or false",
        var t when t.IsPrimitive => "a number",
        { IsGenericType: true } => "a list",
        _ => "an object",
    };
}
