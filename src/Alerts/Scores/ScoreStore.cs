using Dapper;
using Jianwei.Alerts.Raising;
using Jianwei.Alerts.Shifts;
using Npgsql;

namespace Jianwei.Alerts.Scores;

/// <summary>Reads shift states, and writes a batch with its alerts in one transaction.</summary>
public sealed class ScoreStore(NpgsqlDataSource source, AlertRaiser raiser)
{
    /// <summary>NOTIFY channel that says: there is something in the outbox.</summary>
    public const string OutboxChannel = "jianwei_outbox";

    private sealed record StateRow(string CompanyId, string Model, byte[] State);

    /// <summary>States of those companies that have one.</summary>
    public async Task<IReadOnlyDictionary<string, ShiftState>> ReadAsync(string[] companyIds, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<StateRow>(new CommandDefinition(
            "select company_id CompanyId, model, state from shift_states where company_id = any(@companyIds)",
            new { companyIds }, cancellationToken: cancellation));
        return rows.ToDictionary(r => r.CompanyId, r => ShiftStateCodec.Decode(r.State, string.Intern(r.Model)), StringComparer.Ordinal);
    }

    /// <summary>Writes a batch: all of it, or nothing.</summary>
    /// <returns>What was written, or null when a state is not what the batch started from: read again and evaluate again.</returns>
    public async Task<WrittenBatch?> WriteAsync(ScoreBatch batch, CancellationToken cancellation)
    {
        await raiser.KeepTextsAsync(batch.Changed, cancellation);
        await using var connection = await source.OpenConnectionAsync(cancellation);

        // Asking the model takes its time, and what is read here can only change together with the states, which are compared below.
        var alerts = await raiser.RaiseAsync(batch.Shifts, connection, cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var commands = new NpgsqlBatch(connection, transaction);
        var states = ScoreSql.States(batch.Changed);
        commands.BatchCommands.Add(states);
        Add(commands, ScoreSql.Companies(batch.Changed));
        Add(commands, ScoreSql.History(batch.Stored));
        Add(commands, ScoreSql.References(batch.Changed));
        Add(commands, ScoreSql.Events(batch.Changed));
        Add(commands, AlertSql.Alerts(alerts));
        Add(commands, AlertSql.Deliveries(alerts));
        Add(commands, AlertSql.Outbox(alerts));
        var resolves = Add(commands, AlertSql.Resolves(batch.Resolves));
        Add(commands, alerts.Count > 0 ? new NpgsqlBatchCommand($"notify {OutboxChannel}") : null);
        await commands.ExecuteNonQueryAsync(cancellation);
        if (states.RecordsAffected != batch.Changed.Count)
        {
            await transaction.RollbackAsync(cancellation);
            return null;
        }

        await transaction.CommitAsync(cancellation);
        return new(alerts, resolves?.RecordsAffected ?? 0);
    }

    private static NpgsqlBatchCommand? Add(NpgsqlBatch batch, NpgsqlBatchCommand? command)
    {
        if (command is not null)
        {
            batch.BatchCommands.Add(command);
        }

        return command;
    }
}

/// <summary>What a batch left in the database.</summary>
public sealed record WrittenBatch(IReadOnlyList<NewAlert> Alerts, int Resolved);
