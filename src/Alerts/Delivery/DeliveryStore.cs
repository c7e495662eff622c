using Dapper;
using Jianwei.Alerts.Models;
using Jianwei.Alerts.Reading;
using Npgsql;

namespace Jianwei.Alerts.Delivery;

/// <summary>The outbox and the log of deliveries.</summary>
public sealed class DeliveryStore(NpgsqlDataSource source)
{
    // A row that a consumer has locked is being delivered, and one whose lease runs has been published.
    private const string LeaseDue =
        """
        update outbox o set next_attempt_at = clock_timestamp() + @lease
        from (
          select delivery_id from outbox where next_attempt_at <= clock_timestamp()
          order by next_attempt_at limit @limit for update skip locked
        ) due
        join deliveries d on d.delivery_id = due.delivery_id
        where o.delivery_id = due.delivery_id
        returning o.delivery_id DeliveryId, d.attempts
        """;

    private const string Lock =
        """
        select d.attempts from outbox o join deliveries d on d.delivery_id = o.delivery_id
        where o.delivery_id = @deliveryId for update of o skip locked
        """;

    private const string Target =
        """
        select s.url, s.secret, s.deleted_at is not null, d.channel, d.alert_id
        from deliveries d join alerts a on a.alert_id = d.alert_id join subscriptions s on s.subscription_id = a.subscription_id
        where d.delivery_id = @deliveryId
        """;

    private const string Log =
        """
        insert into delivery_attempts (delivery_id, attempt, started_at, duration, outcome, status, error)
        values (@DeliveryId, @Attempt, @Started, @Duration, @Outcome, @Status, @Error)
        """;

    private const string Finish =
        """
        update deliveries set state = @state, attempts = @attempt, finished_at = clock_timestamp(), error = @error where delivery_id = @deliveryId;
        delete from outbox where delivery_id = @deliveryId
        """;

    private const string Postpone =
        """
        update deliveries set attempts = @attempt, error = @error where delivery_id = @deliveryId;
        update outbox set next_attempt_at = clock_timestamp() + @pause where delivery_id = @deliveryId
        """;

    /// <summary>Leases what is due; nobody else gets it until the lease ends.</summary>
    public async Task<IReadOnlyList<AlertRaised>> LeaseAsync(TimeSpan lease, int limit, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<(Guid Id, int Attempts)>(
            new CommandDefinition(LeaseDue, new { lease, limit }, cancellationToken: cancellation));
        return [.. rows.Select(r => new AlertRaised { DeliveryId = r.Id, Attempts = r.Attempts })];
    }

    /// <summary>Deliveries that are not finished.</summary>
    public async Task<long> PendingAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<long>(
            new CommandDefinition("select count(*) from outbox", cancellationToken: cancellation));
    }

    /// <summary>
    /// Locks a delivery that is still due in the transaction; null when it is finished, in other hands, or the message is an old one.
    /// </summary>
    public static async Task<DueDelivery?> LockAsync(
        NpgsqlTransaction transaction, AlertRaised message, BandScales models, CancellationToken cancellation)
    {
        var connection = transaction.Connection!;
        var deliveryId = message.DeliveryId;
        var attempts = await connection.QuerySingleOrDefaultAsync<int?>(
            new CommandDefinition(Lock, new { deliveryId }, transaction, cancellationToken: cancellation));
        if (attempts != message.Attempts)
        {
            return null;
        }

        var (url, secret, deleted, channel, alertId) = await connection.QuerySingleAsync<(string?, string?, bool, string, Guid)>(
            new CommandDefinition(Target, new { deliveryId }, transaction, cancellationToken: cancellation));
        var alert = await connection.QuerySingleAsync<AlertRow>(
            new CommandDefinition(
                AlertRow.Select + "where a.alert_id = @alertId", new { alertId }, transaction, cancellationToken: cancellation));
        return new(deliveryId, message.Attempts, channel, url, secret, deleted, alert.ToView(models));
    }

    /// <summary>Records an attempt and what follows from it.</summary>
    /// <param name="transaction">The one that holds the lock.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="pause">Pause until the next, or null when there is none.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public static async Task RecordAsync(
        NpgsqlTransaction transaction, DeliveryAttempt attempt, TimeSpan? pause, CancellationToken cancellation)
    {
        var connection = transaction.Connection!;
        await connection.ExecuteAsync(new CommandDefinition(Log, attempt, transaction, cancellationToken: cancellation));
        var values = new
        {
            deliveryId = attempt.DeliveryId,
            attempt = attempt.Attempt,
            error = attempt.Error,
            pause,
            state = attempt.Outcome == "delivered" ? "delivered" : "failed",
        };
        await connection.ExecuteAsync(
            new CommandDefinition(pause is null ? Finish : Postpone, values, transaction, cancellationToken: cancellation));
    }
}

/// <summary>A row of the delivery log.</summary>
/// <param name="Attempt">From 1.</param>
/// <param name="Outcome"><c>delivered</c>, <c>retry</c> or <c>failed</c>.</param>
public sealed record DeliveryAttempt(
    Guid DeliveryId, int Attempt, DateTime Started, TimeSpan Duration, string Outcome, int? Status, string? Error);
