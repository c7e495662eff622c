using Jianwei.Alerts.Scores;
using Jianwei.Alerts.Shifts;
using Npgsql;
using NpgsqlTypes;

namespace Jianwei.Alerts.Raising;

/// <summary>The bulk statements of alerts: the alerts, their pending deliveries, the outbox, and the ends of older ones.</summary>
internal static class AlertSql
{
    private const string InsertAlerts =
        """
        insert into alerts (alert_id, subscription_id, company_id, company_name, shift_id, rule, state, state_version, as_of, model,
          probability_before, probability_after, log_odds_before, log_odds_after, band_before, band_after, band_rank, reference_as_of,
          changes, events, event_count, resolved_at, resolution, reasons)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)
        on conflict (subscription_id, company_id, shift_id) do nothing
        """;

    private const string InsertDeliveries =
        "insert into deliveries (delivery_id, alert_id, channel) select * from unnest($1, $2, $3) on conflict do nothing";

    // Only what is pending: an alert that was there before may be delivered already.
    private const string InsertOutbox =
        """
        insert into outbox (delivery_id)
        select delivery_id from deliveries where delivery_id = any($1) and state = 'pending'
        on conflict do nothing
        """;

    private const string EndAlerts =
        """
        update alerts a set state = 'resolved', resolved_at = e.as_of, resolution = e.resolution
        from (
          select distinct on (o.alert_id) o.alert_id, f.as_of, f.resolution
          from unnest($1, $2, $3, $4, $5) as f (company_id, above, state_version, as_of, resolution)
          join alerts o on o.company_id = f.company_id and o.state <> 'resolved' and o.band_rank > f.above and o.state_version < f.state_version
            and (o.rule = 'outcome') = (f.resolution = 'cured')
          order by o.alert_id, f.state_version
        ) e
        where a.alert_id = e.alert_id
        """;

    public static NpgsqlBatchCommand? Alerts(IReadOnlyList<NewAlert> alerts) => alerts.Count == 0 ? null : Sql.Command(
        InsertAlerts,
        alerts.Column(a => a.AlertId),
        alerts.Column(a => a.SubscriptionId),
        alerts.Column(a => a.CompanyId),
        alerts.Column(a => a.CompanyName),
        alerts.Column(a => a.Shift.Id),
        alerts.Column(a => a.Shift.Rule.Name()),
        alerts.Column(a => a.Shift.Falling ? "resolved" : "firing"),
        alerts.Column(a => a.Shift.After.StateVersion),
        alerts.Column(a => a.Shift.After.AsOf.UtcDateTime),
        alerts.Column(a => a.Found.Score.Model),
        alerts.Column(a => a.Shift.Before?.Probability),
        alerts.Column(a => a.Shift.After.Probability),
        alerts.Column(a => a.Shift.Before?.LogOdds),
        alerts.Column(a => a.Shift.After.LogOdds),
        alerts.Column(a => a.BandBefore),
        alerts.Column(a => a.BandAfter),
        alerts.Column(a => (short)a.Shift.After.Band),
        alerts.Column(a => a.Shift.Before?.AsOf.UtcDateTime),
        new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb, Value = alerts.Column(a => a.Changes) },
        new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb, Value = alerts.Column(a => a.Events) },
        alerts.Column(a => a.Shift.Events),
        alerts.Column(a => a.Shift.Falling ? a.Shift.After.AsOf.UtcDateTime : (DateTime?)null),
        alerts.Column(a => a.Shift.Falling ? "falling" : null),
        new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb, Value = alerts.Column(a => a.Reasons) });

    public static NpgsqlBatchCommand? Deliveries(IReadOnlyList<NewAlert> alerts) => alerts.Count == 0 ? null : Sql.Command(
        InsertDeliveries, alerts.Column(a => a.DeliveryId), alerts.Column(a => a.AlertId), alerts.Column(a => a.Channel));

    public static NpgsqlBatchCommand? Outbox(IReadOnlyList<NewAlert> alerts) =>
        alerts.Count == 0 ? null : Sql.Command(InsertOutbox, alerts.Column(a => a.DeliveryId));

    public static NpgsqlBatchCommand? Resolves(List<FoundResolve> rows) => rows.Count == 0 ? null : Sql.Command(
        EndAlerts,
        rows.Column(r => r.CompanyId),
        rows.Column(r => (short)r.Resolve.Above),
        rows.Column(r => r.StateVersion),
        rows.Column(r => r.AsOf.UtcDateTime),
        rows.Column(r => r.Resolve.Reason.Name()));
}
