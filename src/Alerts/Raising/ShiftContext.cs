using System.Text.Json;
using Dapper;
using Jianwei.Alerts.Scores;
using Jianwei.Alerts.Subscriptions;
using Npgsql;

namespace Jianwei.Alerts.Raising;

/// <summary>What the database knows about the companies of some shifts.</summary>
public sealed class ShiftContext
{
    private readonly Dictionary<(string, int), KeptFeatures> references = [];
    private readonly Dictionary<string, string?> names = new(StringComparer.Ordinal);
    private ILookup<string, NumberedEvent> events = Array.Empty<NumberedEvent>().ToLookup(_ => "");

    /// <summary>Subscriptions to those companies, through portfolios that are not deleted, in order of their ids.</summary>
    public static async Task<ILookup<string, Subscription>> SubscribersAsync(
        NpgsqlConnection connection, string[] ids, CancellationToken cancellation)
    {
        var rows = await connection.QueryAsync<
            (string CompanyId, long Id, string? Band, double Jump, string Channel)>(new CommandDefinition(
            """
            select m.company_id, s.subscription_id, s.minimum_band, s.minimum_jump, s.channel
            from portfolio_members m
            join portfolios p on p.portfolio_id = m.portfolio_id and p.deleted_at is null
            join subscriptions s on s.portfolio_id = m.portfolio_id and s.deleted_at is null and s.enabled
            where m.company_id = any(@ids)
            order by s.subscription_id
            """,
            new { ids }, cancellationToken: cancellation));
        return rows.ToLookup(r => r.CompanyId, r => new Subscription(r.Id, r.Band, r.Jump, r.Channel));
    }

    public static async Task<ShiftContext> ReadAsync(NpgsqlConnection connection, string[] ids, CancellationToken cancellation)
    {
        var context = new ShiftContext();
        await using var rows = await connection.QueryMultipleAsync(new CommandDefinition(
            """
            select company_id, slot, state_version, catalogue, features, text_hash, text from shift_references where company_id = any(@ids);
            select company_id, number, event from recent_events where company_id = any(@ids);
            select company_id, name from companies where company_id = any(@ids)
            """,
            new { ids }, cancellationToken: cancellation));
        var kept = await rows.ReadAsync<(string, short, long, string, byte[], string?, byte[]?)>();
        foreach (var (id, slot, version, catalogue, features, hash, text) in kept)
        {
            context.references[(id, slot)] = new(version, catalogue, features, hash) { Text = text };
        }

        context.events = (await rows.ReadAsync<(string Id, long Number, string Event)>())
            .ToLookup(e => e.Id, e => new NumberedEvent(e.Number, JsonSerializer.Deserialize(e.Event, AlertsJson.Default.EventSummary)!));
        foreach (var (id, name) in await rows.ReadAsync<(string, string?)>())
        {
            context.names[id] = name;
        }

        return context;
    }

    public KeptFeatures? Reference(string companyId, int slot) => references.GetValueOrDefault((companyId, slot));

    public IEnumerable<NumberedEvent> Events(string companyId) => events[companyId];

    public string? Name(string companyId) => names.GetValueOrDefault(companyId);
}
