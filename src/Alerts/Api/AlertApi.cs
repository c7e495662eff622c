using Dapper;
using Jianwei.Alerts.Models;
using Jianwei.Alerts.Reading;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Jianwei.Alerts.Api;

/// <summary><c>/api/alerts</c>: list, look at one with its deliveries, acknowledge.</summary>
internal static class AlertApi
{
    private static readonly string[] States = ["firing", "acknowledged", "resolved"];

    public static void MapAlerts(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/alerts", ListAsync).Takes("portfolio", "company", "state", "from", "to", "limit", "after");
        routes.MapGet("/alerts/{id}", GetAsync);
        routes.MapPost("/alerts/{id}/acknowledge", AcknowledgeAsync);
    }

    private static async Task<IResult> ListAsync(
        HttpRequest request, NpgsqlDataSource source, BandScales models, CancellationToken cancellation)
    {
        var state = request.Text("state");
        if (state is not null && !States.Contains(state))
        {
            throw ProblemException.Field("state", state, string.Join(", ", States));
        }

        var (limit, cursor) = (request.Limit(), Cursor(request.Text("after")));
        var filter = new
        {
            portfolio = request.Number("portfolio"),
            company = request.Text("company") is { } company ? Query.Company(company) : null,
            state, from = request.Time("from"), to = request.Time("to"),
            afterTime = cursor?.AsOf, afterId = cursor?.Id, limit,
        };
        var conditions = new List<string> { "true" };
        Add(conditions, filter.portfolio, "s.portfolio_id = @portfolio");
        Add(conditions, filter.company, "a.company_id = @company");
        Add(conditions, filter.state, "a.state = @state");
        Add(conditions, filter.from, "a.as_of >= @from");
        Add(conditions, filter.to, "a.as_of < @to");
        Add(conditions, filter.afterTime, "(a.as_of < @afterTime or (a.as_of = @afterTime and a.alert_id > @afterId))");
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<AlertRow>(
            $"{AlertRow.Select} where {string.Join(" and ", conditions)} order by a.as_of desc, a.alert_id limit @limit", filter);
        AlertView[] items = [.. rows.Select(r => r.ToView(models))];
        return Answer.Json(
            new(items, items.Length == limit ? $"{items[^1].AsOf.UtcTicks}_{items[^1].AlertId:N}" : null),
            Json.Context.PageAlertView);
    }

    private static async Task<IResult> GetAsync(
        [FromRoute(Name = "id")] string alert, NpgsqlDataSource source, BandScales models, CancellationToken cancellation)
    {
        var id = Query.Guid("alert id", alert);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var found = await FindAsync(connection, id);
        var deliveries = (await connection.QueryAsync<
            (Guid Id, string Channel, string State, int Attempts, DateTime Created, DateTime? Finished, string? Error)>(
            "select delivery_id, channel, state, attempts, created_at, finished_at, error from deliveries where alert_id = @id",
            new { id })).AsList();
        var log = (await connection.QueryAsync<
            (Guid Id, int Attempt, DateTime Started, TimeSpan Duration, string Outcome, int? Status, string? Error)>(
            """
            select t.delivery_id, attempt, started_at, duration, outcome, status, t.error
            from delivery_attempts t join deliveries d on d.delivery_id = t.delivery_id where d.alert_id = @id order by attempt
            """,
            new { id }))
            .ToLookup(t => t.Id, t => new AttemptView(t.Attempt, t.Started, t.Duration.TotalSeconds, t.Outcome, t.Status, t.Error));
        return Answer.Json(
            new(found.ToView(models), [.. deliveries.Select(d => new DeliveryView(
                d.Id, d.Channel, d.State, d.Attempts, d.Created, d.Finished, d.Error, [.. log[d.Id]]))]),
            Json.Context.AlertDetail);
    }

    private static async Task<IResult> AcknowledgeAsync(
        [FromRoute(Name = "id")] string alert, HttpRequest request,
        NpgsqlDataSource source, BandScales models, CancellationToken cancellation)
    {
        var id = Query.Guid("alert id", alert);
        var body = await Answer.ReadAsync(request, Json.Context.AcknowledgeRequest, cancellation);
        var (by, note) = (Query.Required("by", body.By), Query.Optional("note", body.Note));
        await using var connection = await source.OpenConnectionAsync(cancellation);

        // Only the first acknowledgement counts: a repeated one answers with what it found.
        await connection.ExecuteAsync(
            """
            update alerts set state = 'acknowledged', acknowledged_by = @by, acknowledged_at = clock_timestamp(), note = @note
            where alert_id = @id and state = 'firing'
            """,
            new { id, by, note });
        var found = await FindAsync(connection, id);
        return found.State == "resolved"
            ? throw ProblemException.Conflict(
                $"alert {id} is resolved ({found.Resolution}) as of {found.ResolvedAt:yyyy-MM-dd}; only a firing alert can be acknowledged")
            : Answer.Json(found.ToView(models), Json.Context.AlertView);
    }

    private static async Task<AlertRow> FindAsync(NpgsqlConnection connection, Guid id) =>
        await connection.QuerySingleOrDefaultAsync<AlertRow>(AlertRow.Select + "where a.alert_id = @id", new { id })
        ?? throw ProblemException.Missing("alert", id);

    private static void Add(List<string> conditions, object? value, string condition)
    {
        if (value is not null)
        {
            conditions.Add(condition);
        }
    }

    private static (DateTime AsOf, Guid Id)? Cursor(string? after)
    {
        if (after is null)
        {
            return null;
        }

        var parts = after.Split('_');
        return parts.Length == 2 && long.TryParse(parts[0], out var ticks) && Guid.TryParse(parts[1], out var id)
            && ticks > 0 && ticks < DateTime.MaxValue.Ticks
            ? (new DateTime(ticks, DateTimeKind.Utc), id)
            : throw ProblemException.Field("after", after, "the value of next of the page before");
    }
}
