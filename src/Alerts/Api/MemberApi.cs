using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Jianwei.Alerts.Api;

/// <summary><c>/api/portfolios/{id}/members</c>. Companies may be added before anything is heard of them.</summary>
internal static class MemberApi
{
    private const int BulkLimit = 100_000;

    // An identifier that no alias claims is the company's own.
    private const string Resolve =
        """
        select coalesce(i.company_id, w.scheme || ':' || w.value)
        from unnest(@schemes, @values) as w (scheme, value)
        left join company_identifiers i on i.scheme = w.scheme and i.value = w.value
        """;

    public static void MapMembers(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/portfolios/{id:long}/members", ListAsync);
        routes.MapPost("/portfolios/{id:long}/members", AddAsync);
        routes.MapPost("/portfolios/{id:long}/members/remove", RemoveAsync);
        routes.MapDelete("/portfolios/{id:long}/members/{company}", RemoveOneAsync);
    }

    private static async Task<IResult> ListAsync(long id, HttpRequest request, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var (limit, after) = (request.Limit(), request.Text("after") ?? "");
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await PortfolioApi.FindAsync(connection, id);
        var rows = await connection.QueryAsync<(string, string?, bool)>(
            """
            select m.company_id, c.name, c.company_id is not null
            from portfolio_members m left join companies c on c.company_id = m.company_id
            where m.portfolio_id = @id and m.company_id > @after order by m.company_id limit @limit
            """,
            new { id, after, limit });
        MemberView[] items = [.. rows.Select(r => new MemberView(r.Item1, r.Item2, r.Item3))];
        return Answer.Json(new(items, items.Length == limit ? items[^1].CompanyId : null), Json.Context.PageMemberView);
    }

    private static Task<IResult> AddAsync(long id, HttpRequest request, NpgsqlDataSource source, CancellationToken cancellation) => ChangeAsync(
        id, request, source, "insert into portfolio_members (portfolio_id, company_id) select @id, unnest(@ids) on conflict do nothing", cancellation);

    private static Task<IResult> RemoveAsync(long id, HttpRequest request, NpgsqlDataSource source, CancellationToken cancellation) => ChangeAsync(
        id, request, source, "delete from portfolio_members where portfolio_id = @id and company_id = any(@ids)", cancellation);

    private static async Task<IResult> RemoveOneAsync(long id, string company, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var companyId = Query.Company(company);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var gone = await connection.ExecuteAsync("delete from portfolio_members where portfolio_id = @id and company_id = @companyId", new { id, companyId });
        return gone > 0 ? Results.NoContent() : throw ProblemException.Missing($"member {companyId} of portfolio", id);
    }

    private static async Task<IResult> ChangeAsync(long id, HttpRequest request, NpgsqlDataSource source, string sql, CancellationToken cancellation)
    {
        var body = await Answer.ReadAsync(request, Json.Context.MembersRequest, cancellation);
        var total = (body.CompanyIds?.Count ?? 0) + (body.Identifiers?.Count ?? 0);
        if (total is 0 or > BulkLimit)
        {
            throw ProblemException.Field("company_ids and identifiers", total, $"1 to {BulkLimit} companies in all");
        }

        await using var connection = await source.OpenConnectionAsync(cancellation);
        await PortfolioApi.FindAsync(connection, id);
        var ids = await IdsAsync(connection, body);
        var changed = await connection.ExecuteAsync(sql, new { id, ids });
        var known = (await connection.QueryAsync<(string, string?)>("select company_id, name from companies where company_id = any(@ids)", new { ids }))
            .ToDictionary(r => r.Item1, r => r.Item2);
        return Answer.Json(
            new(changed, [.. ids.Select(i => new MemberView(i, known.GetValueOrDefault(i), known.ContainsKey(i)))]), Json.Context.MembersChanged);
    }

    private static async Task<string[]> IdsAsync(NpgsqlConnection connection, MembersRequest body)
    {
        var identifiers = body.Identifiers ?? [];
        var schemes = identifiers.Select((i, n) => Query.Required($"identifiers[{n}].scheme", i?.Scheme)).ToArray();
        var values = identifiers.Select((i, n) => Query.Identifier($"identifiers[{n}].value", schemes[n], i?.Value)).ToArray();
        var ids = (body.CompanyIds ?? []).Select((c, n) => Query.Required($"company_ids[{n}]", c)).ToList();
        if (schemes.Length > 0)
        {
            ids.AddRange(await connection.QueryAsync<string>(Resolve, new { schemes, values }));
        }

        return [.. ids.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }
}
