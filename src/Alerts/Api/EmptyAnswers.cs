using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Jianwei.Alerts.Api;

/// <summary>Refusals that no endpoint gave, such as a path that does not exist, as problem details with a sentence.</summary>
public static class EmptyAnswers
{
    private const int PathLimit = 200;

    public static void UseProblems(this IApplicationBuilder app) =>
        app.UseStatusCodePages(context => Answer.Of(Of(context.HttpContext)).ExecuteAsync(context.HttpContext));

    private static Problem Of(HttpContext context)
    {
        var path = context.Request.Path.Value is { Length: > PathLimit } text ? text[..PathLimit] + "…" : context.Request.Path.Value;
        var asked = $"{context.Request.Method} {path}";
        return context.Response.StatusCode switch
        {
            404 => new("not found", 404,
                $"there is nothing at {asked}; there are /api/portfolios, /api/subscriptions, /api/companies, /api/alerts, /health, /ready and /metrics"),
            405 => new("method not allowed", 405, $"{asked} is not possible; allowed here: {context.Response.Headers.Allow}"),
            var status => new("request refused", status, $"{asked} was refused with status {status}"),
        };
    }
}
