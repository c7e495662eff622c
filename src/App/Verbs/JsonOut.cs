using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Jianwei.Core.Contracts;

namespace Jianwei.App.Verbs;

/// <summary>How verbs print JSON: snake_case, one line, UTF-8 unescaped.</summary>
internal static class JsonOut
{
    public static JsonSerializerOptions Compact { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new EventTypeJsonConverter(), new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };
}
