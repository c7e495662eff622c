using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Jianwei.Core.Failures;
using Jianwei.Core.Sql;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Jianwei.Alerts.Api;

/// <summary>Problem details (RFC 9457) that name what was wrong and what would not be.</summary>
public sealed record Problem(string Title, int Status, string Detail, string? Field = null, string? Value = null, string? Allowed = null);

/// <summary>Ends a request with a <see cref="Problem"/>.</summary>
public sealed class ProblemException(int status, string title, string detail) : Exception(detail)
{
    public Problem Problem { get; private init; } = new(title, status, detail);

    public static ProblemException Field(string field, object? value, string allowed)
    {
        var shown = value?.ToString() is { } text ? (text.Length > 100 ? text[..100] + "…" : text) : null;
        return new(400, "invalid request", $"{field} is {(shown is null ? "missing" : $"'{shown}'")}; allowed: {allowed}")
        {
            Problem = new(
                "invalid request", 400, $"{field} is {(shown is null ? "missing" : $"'{shown}'")}; allowed: {allowed}",
                field, shown, allowed),
        };
    }

    public static ProblemException Missing(string what, object id) => new(404, "not found", $"there is no {what} {id}");

    public static ProblemException Conflict(string detail) => new(409, "conflict", detail);
}

/// <summary>Turns exceptions of endpoints into problems, and reads and writes bodies with the generated JSON.</summary>
internal static class Answer
{
    public static async ValueTask<object?> Filter(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            QueryParameters.Check(context.HttpContext);
            await context.HttpContext.RequestServices.GetRequiredService<Schema>().ReadyAsync(context.HttpContext.RequestAborted);
            return await next(context);
        }
        catch (ProblemException e)
        {
            return Of(e.Problem);
        }
        catch (Exception e)
            when (Failure.Classify(e) == FailureKind.Retryable && !context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            return Of(new("database away", 503, $"PostgreSQL (Postgres:ConnectionString) cannot be used now: {e.Message}"));
        }
    }

    public static IResult Json<T>(T value, JsonTypeInfo<T> type, int status = 200) => Results.Json(value, type, statusCode: status);

    public static IResult Of(Problem problem) =>
        Results.Json(problem, Api.Json.Context.Problem, "application/problem+json", problem.Status);

    public static async Task<T> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(request.Body, type, cancellation) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new ProblemException(400, "invalid request", $"the body is not what is expected here: {BodyProblem.Of(e, type)}");
        }
        catch (BadHttpRequestException e)
        {
            // It is an IOException and would pass for a database that is away.
            throw new ProblemException(e.StatusCode, "invalid request", $"the body cannot be read: {e.Message}");
        }
    }
}
