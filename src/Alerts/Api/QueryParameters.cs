using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Jianwei.Alerts.Api;

/// <summary>
/// The query parameters that an endpoint takes; any other is refused, for a mistyped filter would show what was not asked for.
/// </summary>
internal sealed record QueryParameters(IReadOnlyList<string> Names)
{
    /// <exception cref="ProblemException">There is one that the endpoint does not take.</exception>
    public static void Check(HttpContext context)
    {
        var names = context.GetEndpoint()?.Metadata.GetMetadata<QueryParameters>()?.Names ?? [];
        if (context.Request.Query.Keys.FirstOrDefault(k => !names.Contains(k, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            throw ProblemException.Field("query parameter", unknown, names.Count == 0 ? "none here" : string.Join(", ", names));
        }
    }
}

/// <summary>Says which query parameters an endpoint takes.</summary>
internal static class QueryParametersExtensions
{
    public static void Takes(this IEndpointConventionBuilder endpoint, params string[] names) =>
        endpoint.WithMetadata(new QueryParameters(names));
}
