using Jianwei.Core.Hosting;
using Jianwei.Core.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Jianwei.Alerts.Api;

/// <summary><c>/health</c>: the process answers. <c>/ready</c>: its stages run and the servers that they need can be reached.</summary>
public static class HealthApi
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Maps both; every process has them, whatever its roles.</summary>
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health", () => Results.Text("ok"));
        routes.MapGet("/ready", ReadyAsync);
    }

    private static async Task<IResult> ReadyAsync(StageHealth stages, IEnumerable<IServerCheck> checks, CancellationToken cancellation)
    {
        var parts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var ready = stages.Ready;
        foreach (var (stage, status) in stages.Stages)
        {
            parts[stage] = status.Sentence.Length > 0 ? $"{status.State}: {status.Sentence}" : $"{status.State}";
        }

        foreach (var (name, wrong) in await Task.WhenAll(checks.Select(c => CheckAsync(c, cancellation))))
        {
            parts[name] = wrong ?? "Reachable";
            ready &= wrong is null;
        }

        return Answer.Json(new(ready, parts), Json.Context.ReadyView, ready ? 200 : 503);
    }

    private static async Task<(string Name, string? Wrong)> CheckAsync(IServerCheck check, CancellationToken cancellation)
    {
        try
        {
            await check.CheckAsync(cancellation).WaitAsync(Patience, cancellation);
            return (check.Name, null);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            return (check.Name, e is TimeoutException ? $"no answer within {Patience}" : e.Message);
        }
    }
}
