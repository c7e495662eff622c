using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jianwei.Core.Contracts;

/// <summary>
/// The wire names of <see cref="EventType"/>: <c>tick</c>, <c>change.*</c>, <c>posting.*</c>, <c>filing.*</c>, <c>outcome.*</c>.
/// </summary>
public static class EventTypes
{
    private static readonly FrozenDictionary<EventType, string> Names =
        Enum.GetValues<EventType>().Where(t => t != EventType.None).ToFrozenDictionary(t => t, WireName);

    private static readonly FrozenDictionary<string, EventType> Types =
        Names.ToFrozenDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);

    /// <summary>Every type but <see cref="EventType.None"/>, in order of its code.</summary>
    public static IReadOnlyList<EventType> All { get; } = [.. Names.Keys.Order()];

    /// <summary>The wire name, e.g. <c>filing.court_judgment</c>.</summary>
    public static string Name(EventType type) =>
        Names.TryGetValue(type, out var name) ? name : $"unknown.{(byte)type}";

    /// <summary>The type of a wire name; false where there is none.</summary>
    public static bool TryParse(string name, out EventType type) => Types.TryGetValue(name, out type);

    /// <summary>The types that a pattern names: one wire name, <c>block.*</c>, or <c>*</c> (all but ticks and outcomes).</summary>
    /// <exception cref="FormatException">The pattern names no type.</exception>
    public static IEnumerable<EventType> Matching(string pattern)
    {
        if (pattern == "*")
        {
            return All.Where(t => t != EventType.Tick && !Name(t).StartsWith("outcome.", StringComparison.Ordinal));
        }

        var matches = pattern.EndsWith(".*", StringComparison.Ordinal)
            ? All.Where(t => Name(t).StartsWith(pattern[..^1], StringComparison.Ordinal)).ToList()
            : Types.TryGetValue(pattern, out var one) ? [one] : [];
        return matches.Count > 0
            ? matches
            : throw new FormatException(
                $"'{pattern}' names no event type; allowed: *, change.*, posting.*, filing.*, outcome.*, or one of {string.Join(", ", Types.Keys.Order())}");
    }

    private static string WireName(EventType type)
    {
        var name = type.ToString();
        string[] blocks = ["Change", "Posting", "Filing", "Outcome"];
        var block = Array.Find(blocks, b => name.StartsWith(b, StringComparison.Ordinal) && name.Length > b.Length);
        return block is null ? Snake(name) : $"{Snake(block)}.{Snake(name[block.Length..])}";
    }

    private static string Snake(string name)
    {
        var text = new StringBuilder();
        foreach (var c in name)
        {
            if (char.IsUpper(c) && text.Length > 0)
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }
}

/// <summary>Writes an <see cref="EventType"/> as its wire name.</summary>
public sealed class EventTypeJsonConverter : JsonConverter<EventType>
{
    /// <inheritdoc/>
    public override EventType Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var name = reader.GetString();
        return name is not null && EventTypes.TryParse(name, out var type)
            ? type
            : throw new JsonException($"'{name}' is not an event type");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, EventType value, JsonSerializerOptions options) =>
        writer.WriteStringValue(EventTypes.Name(value));
}
