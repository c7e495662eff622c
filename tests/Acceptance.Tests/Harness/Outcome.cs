using Jianwei.Core.Contracts;
using Npgsql;

namespace Jianwei.Acceptance.Harness;

/// <summary>
/// What a run left behind, as far as it is a function of its input: one line an alert, one a stored score, and one a refused
/// message, however often a restart refused it.
/// </summary>
internal sealed record Outcome(IReadOnlyList<string> Alerts, IReadOnlyList<string> Scores, IReadOnlyList<string> Refused)
{
    private const string AlertsSql = """
        select concat_ws(' | ', s.name, a.company_id, a.rule, a.as_of at time zone 'UTC', a.state_version, a.band_before, a.probability_before, a.band_after, a.probability_after,
                         a.state, a.resolved_at at time zone 'UTC', a.resolution, a.event_count, a.changes::text, a.reasons::text, a.events::text,
                         (select count(*) from deliveries d where d.alert_id = a.alert_id))
        from alerts a join subscriptions s using (subscription_id)
        """;

    private const string ScoresSql =
        "select concat_ws(' | ', company_id, as_of at time zone 'UTC', state_version, probability, log_odds, band, event_id, model) from scores";

    /// <summary>Reads it.</summary>
    public static async Task<Outcome> OfAsync(Installation installation)
    {
        await using var source = NpgsqlDataSource.Create(installation.Database + ";Pooling=false");
        return new(await LinesAsync(source, AlertsSql), await LinesAsync(source, ScoresSql), Letters(installation));
    }

    /// <summary>Both runs left the same; else says by which lines they differ.</summary>
    public static void AssertSame(Outcome expected, Outcome found)
    {
        AssertSame(expected.Scores, found.Scores, "scores");
        AssertSame(expected.Alerts, found.Alerts, "alerts");
        AssertSame(expected.Refused, found.Refused, "refused");
    }

    private static List<string> Letters(Installation installation) =>
    [
        .. installation.Read(installation.Kafka.Topics.DeadLetters).Select(r => Wire.ReadDeadLetter(r.Message.Value))
            .Select(l => $"{l.Topic[installation.Prefix.Length..]}[{l.Partition}]@{l.Offset} {l.Stage} {l.Reason}: {l.Detail}")
            .Distinct().Order(StringComparer.Ordinal),
    ];

    private static void AssertSame(IReadOnlyList<string> expected, IReadOnlyList<string> found, string what)
    {
        var missing = expected.Except(found).Take(5).ToList();
        var more = found.Except(expected).Take(5).ToList();
        Assert.True(
            expected.SequenceEqual(found),
            $"{what}: {expected.Count} expected, {found.Count} found\nmissing:\n{string.Join('\n', missing)}\nnot expected:\n{string.Join('\n', more)}");
    }

    private static async Task<IReadOnlyList<string>> LinesAsync(NpgsqlDataSource source, string sql)
    {
        var lines = new List<string>();
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            lines.Add(reader.GetString(0));
        lines.Sort(StringComparer.Ordinal);
        return lines;
    }
}
