using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Jianwei.Alerts.Reading;
using Jianwei.Core.Contracts;

namespace Jianwei.Alerts.Api;

/// <summary>Source-generated JSON of the API: snake_case, nulls left out, unknown fields refused.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    Converters = [typeof(EventTypeJsonConverter)])]
[JsonSerializable(typeof(PortfolioRequest))]
[JsonSerializable(typeof(MembersRequest))]
[JsonSerializable(typeof(SubscriptionRequest))]
[JsonSerializable(typeof(AliasRequest))]
[JsonSerializable(typeof(AcknowledgeRequest))]
[JsonSerializable(typeof(PortfolioView))]
[JsonSerializable(typeof(Page<PortfolioView>))]
[JsonSerializable(typeof(Page<MemberView>))]
[JsonSerializable(typeof(MembersChanged))]
[JsonSerializable(typeof(SubscriptionView))]
[JsonSerializable(typeof(Page<SubscriptionView>))]
[JsonSerializable(typeof(CompanyView))]
[JsonSerializable(typeof(Page<CompanyView>))]
[JsonSerializable(typeof(Page<ScoreHistoryView>))]
[JsonSerializable(typeof(Page<AlertView>))]
[JsonSerializable(typeof(AlertDetail))]
[JsonSerializable(typeof(AlertView))]
[JsonSerializable(typeof(ReadyView))]
[JsonSerializable(typeof(Problem))]
public sealed partial class ApiJson : JsonSerializerContext;

/// <summary>The API's JSON, with Chinese as it is and not as escapes.</summary>
internal static class Json
{
    public static ApiJson Context { get; } = new(
        new JsonSerializerOptions(ApiJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
