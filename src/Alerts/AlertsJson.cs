using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Jianwei.Alerts.Raising;
using Jianwei.Alerts.Reading;
using Jianwei.Core.Contracts;

namespace Jianwei.Alerts;

/// <summary>Source-generated JSON of what alerts store and send: snake_case, nulls left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(EventTypeJsonConverter)])]
[JsonSerializable(typeof(AlertView))]
[JsonSerializable(typeof(FeatureChanges))]
[JsonSerializable(typeof(Reasons))]
[JsonSerializable(typeof(EventSummary))]
[JsonSerializable(typeof(EventSummary[]))]
public sealed partial class AlertsJson : JsonSerializerContext;

/// <summary>JSON for people and receivers: as <see cref="AlertsJson"/>, with Chinese as it is and not as escapes.</summary>
public static class ReadableJson
{
    public static AlertsJson Context { get; } = new(
        new JsonSerializerOptions(AlertsJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
