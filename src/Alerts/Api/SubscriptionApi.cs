using System.Security.Cryptography;
using Dapper;
using Jianwei.Alerts.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Jianwei.Alerts.Api;

/// <summary>Subscriptions of a portfolio: who is told what, and where.</summary>
internal static class SubscriptionApi
{
    private const string Select =
        """
        select subscription_id Id, portfolio_id PortfolioId, name, minimum_band MinimumBand, minimum_jump MinimumJump, channel, url,
          secret, enabled, created_at CreatedAt
        from subscriptions where deleted_at is null

        """;

    private sealed record Row
    {
        public long Id { get; init; }

        public long PortfolioId { get; init; }

        public string Name { get; init; } = "";

        public string? MinimumBand { get; init; }

        public double MinimumJump { get; init; }

        public string Channel { get; init; } = "";

        public string? Url { get; init; }

        public string? Secret { get; init; }

        public bool Enabled { get; init; } = true;

        public DateTime CreatedAt { get; init; }

        public SubscriptionView View(bool withSecret = false) => new(
            Id, PortfolioId, Name, MinimumBand, MinimumJump, Channel, Url,
            Secret is not null, Enabled, CreatedAt, withSecret ? Secret : null);
    }

    public static void MapSubscriptions(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/portfolios/{portfolio:long}/subscriptions", ListAsync);
        routes.MapPost("/portfolios/{portfolio:long}/subscriptions", CreateAsync);
        routes.MapGet("/subscriptions/{id:long}", GetAsync);
        routes.MapPut("/subscriptions/{id:long}", ChangeAsync);
        routes.MapDelete("/subscriptions/{id:long}", DeleteAsync);
    }

    private static async Task<IResult> ListAsync(long portfolio, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await PortfolioApi.FindAsync(connection, portfolio);
        var rows = await connection.QueryAsync<Row>(Select + "and portfolio_id = @portfolio order by subscription_id", new { portfolio });
        return Answer.Json(new([.. rows.Select(r => r.View())]), Json.Context.PageSubscriptionView);
    }

    private static async Task<IResult> CreateAsync(
        long portfolio, HttpRequest request, NpgsqlDataSource source, BandScales bands, CancellationToken cancellation)
    {
        var body = await Answer.ReadAsync(request, Json.Context.SubscriptionRequest, cancellation);
        var row = Checked(body, new() { PortfolioId = portfolio }, bands);
        if (row is { Channel: "webhook", Secret: null })
        {
            row = row with { Secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)) };
        }

        await using var connection = await source.OpenConnectionAsync(cancellation);
        await PortfolioApi.FindAsync(connection, portfolio);
        var created = await NameTaken(row, connection.QuerySingleAsync<(long Id, DateTime At)>(
            """
            insert into subscriptions (portfolio_id, name, minimum_band, minimum_jump, channel, url, secret, enabled)
            values (@PortfolioId, @Name, @MinimumBand, @MinimumJump, @Channel, @Url, @Secret, @Enabled) returning subscription_id, created_at
            """,
            row));
        return Answer.Json(
            (row with { Id = created.Id, CreatedAt = created.At }).View(withSecret: true), Json.Context.SubscriptionView, 201);
    }

    private static async Task<IResult> GetAsync(long id, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return Answer.Json((await FindAsync(connection, id)).View(), Json.Context.SubscriptionView);
    }

    private static async Task<IResult> ChangeAsync(
        long id, HttpRequest request, NpgsqlDataSource source, BandScales bands, CancellationToken cancellation)
    {
        var body = await Answer.ReadAsync(request, Json.Context.SubscriptionRequest, cancellation);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var before = await FindAsync(connection, id);
        var row = Checked(body, before, bands) with { Secret = Query.Optional("secret", body.Secret, 500) ?? before.Secret };
        await NameTaken(row, connection.ExecuteAsync(
            """
            update subscriptions set name = @Name, minimum_band = @MinimumBand, minimum_jump = @MinimumJump, channel = @Channel, url = @Url,
              secret = @Secret, enabled = @Enabled
            where subscription_id = @Id and deleted_at is null
            """,
            row));
        return Answer.Json(row.View(), Json.Context.SubscriptionView);
    }

    private static async Task<IResult> DeleteAsync(long id, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var gone = await connection.ExecuteAsync(
            "update subscriptions set deleted_at = clock_timestamp() where subscription_id = @id and deleted_at is null", new { id });
        return gone > 0 ? Results.NoContent() : throw ProblemException.Missing("subscription", id);
    }

    private static async Task<Row> FindAsync(NpgsqlConnection connection, long id) =>
        await connection.QuerySingleOrDefaultAsync<Row>(Select + "and subscription_id = @id", new { id })
        ?? throw ProblemException.Missing("subscription", id);

    private static Row Checked(SubscriptionRequest body, Row row, BandScales bands)
    {
        var channel = body.Channel ?? throw ProblemException.Field("channel", body.Channel, "console or webhook");
        var jump = body.MinimumJump ?? 0;
        var url = Query.Optional("url", body.Url);
        if (channel is not ("console" or "webhook"))
        {
            throw ProblemException.Field("channel", channel, "console or webhook");
        }

        if (jump is not (>= 0 and <= 100))
        {
            throw ProblemException.Field("minimum_jump", jump, "0 to 100, in log-odds");
        }

        CheckUrl(channel, url);
        return row with
        {
            Name = Query.Required("name", body.Name),
            MinimumBand = Band(Query.Optional("minimum_band", body.MinimumBand, 100), row.MinimumBand, bands),
            MinimumJump = jump,
            Channel = channel,
            Url = url,
            Secret = Query.Optional("secret", body.Secret, 500),
            Enabled = body.Enabled ?? true,
        };
    }

    private static void CheckUrl(string channel, string? url)
    {
        if (channel == "console")
        {
            if (url is not null)
            {
                throw ProblemException.Field("url", url, "nothing, for channel console");
            }

            return;
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed)
            || parsed.Scheme is not ("http" or "https")
            || url.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))
        {
            throw ProblemException.Field("url", url, "http://… or https://…");
        }

        // It would be sent in clear in logs and answers; the signature shows who is calling.
        if (parsed.UserInfo.Length > 0)
        {
            throw ProblemException.Field(
                "url", $"{parsed.Scheme}://…@{parsed.Authority}", "http://… or https://… without user name and password");
        }
    }

    // What was taken once is taken again, though its model may have gone since.
    private static string? Band(string? name, string? before, BandScales bands) =>
        name is null || name == before || bands.Names() is not { Count: > 0 } names || names.Contains(name, StringComparer.Ordinal) ? name
        : throw ProblemException.Field("minimum_band", name, string.Join(", ", names));

    private static async Task<T> NameTaken<T>(Row row, Task<T> command)
    {
        try
        {
            return await command;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw ProblemException.Conflict($"name '{row.Name}' is taken by another subscription of portfolio {row.PortfolioId}");
        }
    }
}
