using Dapper;
using Jianwei.Alerts.Shifts;
using Jianwei.Core.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Jianwei.Alerts.Api;

/// <summary><c>/api/companies</c>: look one up, add an alias.</summary>
internal static class CompanyApi
{
    private const string Select =
        """
        select c.company_id, c.name, c.first_seen from companies c

        """;

    public static void MapCompanies(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/companies", SearchAsync).Takes("scheme", "value", "name", "limit");
        routes.MapGet("/companies/{id}", GetAsync);
        routes.MapPost("/companies/{id}/identifiers", AddAliasAsync);
    }

    private static async Task<IResult> SearchAsync(HttpRequest request, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var (scheme, value, name, limit) = (request.Text("scheme"), request.Text("value"), request.Text("name"), request.Limit(20));
        if (name is null ? scheme is null || value is null : scheme is not null || value is not null)
        {
            throw ProblemException.Field(
                "query", request.QueryString.Value, "scheme=…&value=…, or name=… (the start of a name, any case)");
        }

        value = name is null ? Query.Identifier("value", scheme!, value) : null;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var ids = name is null
            ? await connection.QueryAsync<string>(
                "select company_id from company_identifiers where scheme = @scheme and value = @value",
                new { scheme, value })
            : await connection.QueryAsync<string>(
                "select company_id from companies where lower(name) like @start order by lower(name), company_id limit @limit",
                new { start = Escaped(name) + "%", limit });
        return Answer.Json(new(await ViewsAsync(connection, [.. ids])), Json.Context.PageCompanyView);
    }

    private static async Task<IResult> GetAsync(string id, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return Answer.Json(await FindAsync(connection, Query.Company(id)), Json.Context.CompanyView);
    }

    private static async Task<IResult> AddAliasAsync(
        string id, HttpRequest request, NpgsqlDataSource source, CancellationToken cancellation)
    {
        var body = await Answer.ReadAsync(request, Json.Context.AliasRequest, cancellation);
        var companyId = Query.Company(id);
        var scheme = Query.Required("scheme", body.Scheme, 50);
        var value = Query.Identifier("value", scheme, body.Value);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await FindAsync(connection, companyId);

        // A changed row gets a new added_at, which is how Ingest notices it.
        var owner = await connection.ExecuteScalarAsync<string>(
            """
            insert into company_identifiers as i (scheme, value, company_id) values (@scheme, @value, @companyId)
            on conflict (scheme, value) do update
              set company_id = case when @replace then excluded.company_id else i.company_id end,
                  added_at = case when @replace and i.company_id <> excluded.company_id then clock_timestamp() else i.added_at end
            returning company_id
            """,
            new { scheme, value, companyId, replace = body.Replace });
        return owner == companyId
            ? Answer.Json(await FindAsync(connection, companyId), Json.Context.CompanyView)
            : throw ProblemException.Conflict(
                $"{scheme}:{value} belongs to {owner}; send \"replace\": true to give it to {companyId} from now on");
    }

    /// <exception cref="ProblemException">Nothing is known of it.</exception>
    private static async Task<CompanyView> FindAsync(NpgsqlConnection connection, string id) =>
        (await ViewsAsync(connection, [id])).FirstOrDefault() ?? throw ProblemException.Missing("company", $"'{id}'");

    private static async Task<IReadOnlyList<CompanyView>> ViewsAsync(NpgsqlConnection connection, string[] ids)
    {
        await using var rows = await connection.QueryMultipleAsync(
            $"""
            {Select} where c.company_id = any(@ids) order by lower(c.name), c.company_id;
            select company_id, scheme, value, added_at from company_identifiers where company_id = any(@ids) order by scheme, value;
            select company_id, log_odds, band, model, as_of, state_version, state from shift_states where company_id = any(@ids)
            """,
            new { ids });
        var companies = (await rows.ReadAsync<(string Id, string? Name, DateTime FirstSeen)>()).AsList();
        var identifiers = (await rows.ReadAsync<(string Id, string Scheme, string Value, DateTime At)>()).ToLookup(r => r.Id);
        var scores = (await rows.ReadAsync<
            (string Id, double LogOdds, string Band, string Model, DateTime AsOf, long Version, byte[] State)>()).ToDictionary(r => r.Id);
        return [.. companies.Select(c => new CompanyView(
            c.Id,
            c.Name,
            c.FirstSeen,
            [.. identifiers[c.Id].Select(i => new IdentifierView(i.Scheme, i.Value, i.At))],
            scores.TryGetValue(c.Id, out var s) ? new(1 / (1 + Math.Exp(-s.LogOdds)), s.LogOdds, s.Band, s.Model, s.AsOf, s.Version) : null,
            scores.TryGetValue(c.Id, out var known) ? OutcomeOf(known.State, known.Model) : null))];
    }

    private static OutcomeView? OutcomeOf(byte[] state, string model) =>
        ShiftStateCodec.Decode(state, model).Outcome is { } outcome ? new(EventTypes.Name(outcome.Kind), outcome.Date) : null;

    private static string Escaped(string name) => name.ToLowerInvariant()
        .Replace(@"\", @"\\", StringComparison.Ordinal)
        .Replace("%", @"\%", StringComparison.Ordinal)
        .Replace("_", @"\_", StringComparison.Ordinal);
}
