using Dapper;
using Jianwei.Core.Contracts.Raw;
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
        select w.n, coalesce(i.company_id, w.scheme || ':' || w.value), i.company_id is not null
        from unnest(@schemes, @values) with ordinality as w (scheme, value, n)
        left join company_identifiers i on i.scheme = w.scheme and i.value = w.value
        order by w.n
        """;

    private const string Add = "insert into portfolio_members (portfolio_id, company_id) select @id, unnest(@ids) on conflict do nothing";
    private const string Remove = "delete from portfolio_members where portfolio_id = @id and company_id = any(@ids)";

    public static void MapMembers(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/portfolios/{id:long}/members", ListAsync).Takes("limit", "after");
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

    private static async Task<IResult> AddAsync(long id, HttpRequest request, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var body = await ReadAsync(request, cancellation);
        var named = Identifiers(body)
            .Concat((body.CompanyIds ?? []).Select((c, n) => Query.CompanyIdentifier($"company_ids[{n}]", c)))
            .ToList();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await PortfolioApi.FindAsync(connection, id);
        var found = await ResolveAsync(connection, named);
        for (var i = 0; i < named.Count; i++)
        {
            // Nothing that Ingest reads can ever be of such a company.
            if (!found[i].Alias && !CompanyScheme.TryGet(named[i].Scheme, out _))
            {
                throw ProblemException.Field(
                    $"identifiers[{i}]",
                    $"{named[i].Scheme}:{named[i].Value}",
                    $"an alias of a company, or a scheme that is {CompanyScheme.AllowedNames}");
            }
        }

        return await ChangeAsync(connection, Add, id, found.Select(f => f.Id));
    }

    // Also what is no company id, so that whatever is in the list can be taken out.
    private static async Task<IResult> RemoveAsync(long id, HttpRequest request, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var body = await ReadAsync(request, cancellation);
        var ids = (body.CompanyIds ?? []).Select((c, n) => Query.Required($"company_ids[{n}]", c)).ToList();
        var named = Identifiers(body).Concat(ids.Select(TryIdentifier).OfType<(string, string)>()).ToList();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await PortfolioApi.FindAsync(connection, id);
        var found = await ResolveAsync(connection, named);
        return await ChangeAsync(connection, Remove, id, found.Select(f => f.Id).Concat(ids));
    }

    private static async Task<IResult> RemoveOneAsync(long id, string company, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var companyId = Query.Company(company);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var found = TryIdentifier(companyId) is { } named ? await ResolveAsync(connection, [named]) : [];
        var gone = await connection.ExecuteAsync(Remove, new { id, ids = found.Select(f => f.Id).Append(companyId).ToArray() });
        return gone > 0 ? Results.NoContent() : throw ProblemException.Missing($"member {companyId} of portfolio", id);
    }

    private static async Task<MembersRequest> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        var body = await Answer.ReadAsync(request, Json.Context.MembersRequest, cancellation);
        var total = (body.CompanyIds?.Count ?? 0) + (body.Identifiers?.Count ?? 0);
        return total is > 0 and <= BulkLimit
            ? body
            : throw ProblemException.Field("company_ids and identifiers", total, $"1 to {BulkLimit} companies in all");
    }

    private static IEnumerable<(string Scheme, string Value)> Identifiers(MembersRequest body) => (body.Identifiers ?? []).Select((i, n) =>
    {
        var scheme = Query.Required($"identifiers[{n}].scheme", i?.Scheme);
        return (scheme, Query.Identifier($"identifiers[{n}].value", scheme, i?.Value));
    });

    private static (string Scheme, string Value)? TryIdentifier(string companyId)
    {
        try
        {
            return Query.CompanyIdentifier("company id", companyId);
        }
        catch (ProblemException)
        {
            return null;
        }
    }

    private static async Task<IReadOnlyList<(string Id, bool Alias)>> ResolveAsync(
        NpgsqlConnection connection, IReadOnlyList<(string Scheme, string Value)> named)
    {
        var rows = await connection.QueryAsync<(long, string Id, bool Alias)>(
            Resolve, new { schemes = named.Select(n => n.Scheme).ToArray(), values = named.Select(n => n.Value).ToArray() });
        return [.. rows.Select(r => (r.Id, r.Alias))];
    }

    private static async Task<IResult> ChangeAsync(NpgsqlConnection connection, string sql, long id, IEnumerable<string> companies)
    {
        string[] ids = [.. companies.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var changed = await connection.ExecuteAsync(sql, new { id, ids });
        var known = (await connection.QueryAsync<(string, string?)>(
                "select company_id, name from companies where company_id = any(@ids)", new { ids }))
            .ToDictionary(r => r.Item1, r => r.Item2);
        return Answer.Json(
            new(changed, ids.Length - known.Count,
                [.. ids.Select(i => new MemberView(i, known.GetValueOrDefault(i), known.ContainsKey(i)))]),
            Json.Context.MembersChanged);
    }
}
