using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Jianwei.Alerts.Api;

/// <summary><c>/api/portfolios</c>: whom to watch.</summary>
internal static class PortfolioApi
{
    private const string Select =
        """
        select p.portfolio_id, p.name, p.created_at, (select count(*) from portfolio_members m where m.portfolio_id = p.portfolio_id)
        from portfolios p where p.deleted_at is null

        """;

    public static void MapPortfolios(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/portfolios", ListAsync).Takes("limit", "after");
        routes.MapPost("/portfolios", CreateAsync);
        routes.MapGet("/portfolios/{id:long}", GetAsync);
        routes.MapPut("/portfolios/{id:long}", RenameAsync);
        routes.MapDelete("/portfolios/{id:long}", DeleteAsync);
    }

    private static async Task<IResult> ListAsync(HttpRequest request, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var (limit, after) = (request.Limit(), request.Number("after") ?? 0);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<(long, string, DateTime, long)>(
            Select + "and p.portfolio_id > @after order by p.portfolio_id limit @limit", new { after, limit });
        PortfolioView[] items = [.. rows.Select(View)];
        return Answer.Json(new(items, items.Length == limit ? $"{items[^1].Id}" : null), Json.Context.PagePortfolioView);
    }

    private static async Task<IResult> CreateAsync(HttpRequest request, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var body = await Answer.ReadAsync(request, Json.Context.PortfolioRequest, cancellation);
        var name = Query.Required("name", body.Name);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var id = await NameTaken(name, connection.ExecuteScalarAsync<long>(
            "insert into portfolios (name) values (@name) returning portfolio_id", new { name }));
        return Answer.Json(await FindAsync(connection, id), Json.Context.PortfolioView, 201);
    }

    private static async Task<IResult> GetAsync(long id, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return Answer.Json(await FindAsync(connection, id), Json.Context.PortfolioView);
    }

    private static async Task<IResult> RenameAsync(long id, HttpRequest request, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var body = await Answer.ReadAsync(request, Json.Context.PortfolioRequest, cancellation);
        var name = Query.Required("name", body.Name);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await NameTaken(name, connection.ExecuteAsync(
            "update portfolios set name = @name where portfolio_id = @id and deleted_at is null", new { id, name }));
        return Answer.Json(await FindAsync(connection, id), Json.Context.PortfolioView);
    }

    private static async Task<IResult> DeleteAsync(long id, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await FindAsync(connection, id);
        await connection.ExecuteAsync(
            """
            with gone as (update portfolios set deleted_at = clock_timestamp() where portfolio_id = @id and deleted_at is null returning portfolio_id),
            unsubscribed as (update subscriptions set deleted_at = clock_timestamp() where deleted_at is null and portfolio_id in (select portfolio_id from gone))
            delete from portfolio_members where portfolio_id in (select portfolio_id from gone);
            """,
            new { id });
        return Results.NoContent();
    }

    /// <exception cref="ProblemException">There is no such portfolio.</exception>
    internal static async Task<PortfolioView> FindAsync(NpgsqlConnection connection, long id) =>
        (await connection.QueryAsync<(long, string, DateTime, long)>(Select + "and p.portfolio_id = @id", new { id }))
            .Select(View).FirstOrDefault()
        ?? throw ProblemException.Missing("portfolio", id);

    private static async Task<T> NameTaken<T>(string name, Task<T> command)
    {
        try
        {
            return await command;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw ProblemException.Conflict($"name '{name}' is taken by another portfolio");
        }
    }

    private static PortfolioView View((long Id, string Name, DateTime Created, long Members) row) =>
        new(row.Id, row.Name, row.Created, row.Members);
}
