using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Jianwei.Alerts.Api;

/// <summary><c>/api/companies/{id}/scores</c>: the history, newest first.</summary>
internal static class ScoreHistoryApi
{
    // The table has a partition a month and decades of them, so a page is read in slices of time that touch few partitions.
    private static readonly TimeSpan FirstSlice = TimeSpan.FromDays(366);

    private const string Select =
        """
        select as_of, state_version, probability, log_odds, band, model, event_id from scores
        where company_id = @id and as_of >= @from and as_of < @to and (as_of, state_version) < (@beforeTime, @beforeVersion)
        order by as_of desc, state_version desc limit @limit
        """;

    public static void MapScoreHistory(this IEndpointRouteBuilder routes) => 
        routes.MapGet("/companies/{id}/scores", ListAsync).Takes("from", "to", "limit", "after");

    private static async Task<IResult> ListAsync(string id, HttpRequest request, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var companyId = Query.Company(id);
        var limit = request.Limit();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var (first, last) = await SpanAsync(connection, companyId);
        var from = Later(request.Time("from") ?? first, first);
        var to = request.Time("to") ?? last.AddTicks(TimeSpan.TicksPerSecond);
        var (beforeTime, beforeVersion) = Cursor(request.Text("after")) ?? (DateTime.MaxValue.ToUniversalTime(), 0L);
        var end = Earlier(
            Earlier(to, last.AddTicks(TimeSpan.TicksPerSecond)),
            beforeTime == DateTime.MaxValue ? to : beforeTime.AddTicks(10));
        var items = new List<ScoreHistoryView>();
        for (var slice = FirstSlice; items.Count < limit && end > from; slice *= 2)
        {
            var start = end - from > slice ? end - slice : from;
            var rows = await connection.QueryAsync<(DateTime, long, double, double, string, string, string?)>(
                Select, new { id = companyId, from = start, to = end, beforeTime, beforeVersion, limit = limit - items.Count });
            items.AddRange(rows.Select(r => new ScoreHistoryView(r.Item1, r.Item2, r.Item3, r.Item4, r.Item5, r.Item6, r.Item7)));
            end = start;
        }

        var next = items.Count == limit ? $"{items[^1].AsOf.UtcTicks}_{items[^1].StateVersion}" : null;
        return Answer.Json(new(items, next), Json.Context.PageScoreHistoryView);
    }

    // Of a company without a score: no span at all.
    private static async Task<(DateTime First, DateTime Last)> SpanAsync(NpgsqlConnection connection, string id)
    {
        var spans = await connection.QueryAsync<(DateTime?, DateTime?)>(
            "select s.first_as_of, s.as_of from companies c left join shift_states s on s.company_id = c.company_id where c.company_id = @id",
            new { id });
        var (first, last) = spans.AsList() is [var span] ? span : throw ProblemException.Missing("company", $"'{id}'");
        return (first ?? DateTime.UnixEpoch, last ?? DateTime.UnixEpoch);
    }

    private static (DateTime, long)? Cursor(string? after)
    {
        if (after is null)
        {
            return null;
        }

        var parts = after.Split('_');
        return parts.Length == 2 && long.TryParse(parts[0], out var ticks) && long.TryParse(parts[1], out var version)
            && ticks > 0 && ticks < DateTime.MaxValue.Ticks - TimeSpan.TicksPerSecond
            ? (new DateTime(ticks, DateTimeKind.Utc), version)
            : throw ProblemException.Field("after", after, "the value of next of the page before");
    }

    private static DateTime Later(DateTime a, DateTime b) => a > b ? a : b;

    private static DateTime Earlier(DateTime a, DateTime b) => a < b ? a : b;
}
