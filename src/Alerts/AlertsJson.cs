using System.Text.Json.Serialization;
using Jianwei.Alerts.Raising;
using Jianwei.Core.Contracts;

namespace Jianwei.Alerts;

/// <summary>Source-generated JSON of what alerts store and send: snake_case, nulls left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(EventTypeJsonConverter)])]
[JsonSerializable(typeof(FeatureChanges))]
[JsonSerializable(typeof(EventSummary))]
[JsonSerializable(typeof(EventSummary[]))]
public sealed partial class AlertsJson : JsonSerializerContext;
