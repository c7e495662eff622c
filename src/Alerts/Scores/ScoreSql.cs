using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace Jianwei.Alerts.Scores;

/// <summary>
/// The bulk statements of a batch of scores, one array a column. Rows come in ordinal order of company ids, so that two writers
/// lock them in the same order. A statement is null where there is nothing to write.
/// </summary>
internal static class ScoreSql
{
    // A row of another version than the batch started from is left alone and not counted: the caller sees it by the count.
    private const string UpsertStates =
        """
        insert into shift_states as s (company_id, state_version, previous_version, first_as_of, as_of, log_odds, band, model, state)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (company_id) do update
          set state_version = excluded.state_version, previous_version = excluded.previous_version, as_of = excluded.as_of,
              log_odds = excluded.log_odds, band = excluded.band, model = excluded.model, state = excluded.state
          where s.state_version = excluded.previous_version
        """;

    private const string InsertCompanies =
        "insert into companies (company_id, name, first_seen) select * from unnest($1, $2, $3) on conflict do nothing";

    private const string InsertHistory =
        """
        insert into scores (company_id, as_of, state_version, probability, log_odds, model, band, event_id)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict do nothing
        """;

    private const string UpsertReferences =
        """
        insert into shift_references (company_id, slot, state_version, catalogue, features, text_hash, text)
        select * from unnest($1, $2, $3, $4, $5, $6, $7)
        on conflict (company_id, slot) do update
          set state_version = excluded.state_version, catalogue = excluded.catalogue, features = excluded.features,
              text_hash = excluded.text_hash, text = excluded.text
        """;

    private const string UpsertEvents =
        """
        insert into recent_events (company_id, slot, number, event)
        select * from unnest($1, $2, $3, $4)
        on conflict (company_id, slot) do update set number = excluded.number, event = excluded.event
        """;

    public static NpgsqlBatchCommand States(IReadOnlyList<CompanyScores> companies) => Sql.Command(
        UpsertStates,
        companies.Column(c => c.CompanyId),
        companies.Column(c => c.State!.StateVersion),
        companies.Column(c => c.Before?.StateVersion ?? 0),
        companies.Column(c => c.First.UtcDateTime),
        companies.Column(c => c.State!.AsOf.UtcDateTime),
        companies.Column(c => c.State!.LogOdds),
        companies.Column(c => c.BandName),
        companies.Column(c => c.State!.Model),
        companies.Column(c => Shifts.ShiftStateCodec.Encode(c.State!)));

    /// <summary>Companies that nothing was known of; Ingest has usually written them before.</summary>
    public static NpgsqlBatchCommand? Companies(IReadOnlyList<CompanyScores> companies)
    {
        var rows = companies.Where(c => c.Before is null).ToList();
        return rows.Count == 0 ? null : Sql.Command(
            InsertCompanies, rows.Column(c => c.CompanyId), rows.Column(c => c.Name), rows.Column(c => c.First.UtcDateTime));
    }

    public static NpgsqlBatchCommand? History(List<StoredScore> rows) => rows.Count == 0 ? null : Sql.Command(
        InsertHistory,
        rows.Column(r => r.Score.CompanyId),
        rows.Column(r => r.AsOf.UtcDateTime),
        rows.Column(r => r.Score.StateVersion),
        rows.Column(r => r.Score.ProbabilityOfDefault),
        rows.Column(r => r.Score.LogOdds),
        rows.Column(r => r.Score.Model),
        rows.Column(r => r.Band),
        rows.Column(r => r.Score.Event?.EventId));

    public static NpgsqlBatchCommand? References(IReadOnlyList<CompanyScores> companies)
    {
        var rows = companies
            .SelectMany(c => c.Slots.Select((f, slot) => (c.CompanyId, Slot: (short)slot, Features: f!)))
            .Where(r => r.Features is not null)
            .ToList();
        return rows.Count == 0 ? null : Sql.Command(
            UpsertReferences,
            rows.Column(r => r.CompanyId),
            rows.Column(r => r.Slot),
            rows.Column(r => r.Features.StateVersion),
            rows.Column(r => r.Features.Catalogue),
            rows.Column(r => r.Features.Values),
            rows.Column(r => r.Features.TextHash),
            new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea, Value = rows.Column(r => r.Features.Text) });
    }

    public static NpgsqlBatchCommand? Events(IReadOnlyList<CompanyScores> companies)
    {
        var rows = companies
            .SelectMany(c => c.Events.Skip(c.Events.Count - NumberedEvent.Kept).Select(e => (c.CompanyId, Event: e)))
            .ToList();
        return rows.Count == 0 ? null : Sql.Command(
            UpsertEvents,
            rows.Column(r => r.CompanyId),
            rows.Column(r => r.Event.Slot),
            rows.Column(r => r.Event.Number),
            rows.Column(r => JsonSerializer.Serialize(r.Event.Event, AlertsJson.Default.EventSummary)));
    }
}
