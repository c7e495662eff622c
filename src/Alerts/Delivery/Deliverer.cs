using Jianwei.Alerts.Models;
using Jianwei.Alerts.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jianwei.Alerts.Delivery;

/// <summary>
/// Makes one attempt at a delivery while it holds the lock on its outbox row, and records it in the same transaction. When the
/// process dies in between, the lock goes with it and the lease brings the delivery back: the receiver may then see the same
/// idempotency key twice, never not at all.
/// </summary>
public sealed partial class Deliverer(
    NpgsqlDataSource source, IEnumerable<IReceiver> receivers, BandScales models,
    IOptions<DeliveryOptions> options, TimeProvider time, ILogger<Deliverer> log)
{
    private readonly Dictionary<string, IReceiver> byChannel = receivers.ToDictionary(r => r.Channel, StringComparer.Ordinal);

    /// <summary>Attempts the delivery of a message, unless that is done or being done.</summary>
    public async Task DeliverAsync(AlertRaised message, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (await DeliveryStore.LockAsync(transaction, message, models, cancellation) is not { } delivery)
        {
            return;
        }

        var (started, clock) = (time.GetUtcNow(), time.GetTimestamp());
        var result = await AttemptAsync(delivery, cancellation);
        var number = delivery.Attempts + 1;
        if (result.Outcome == DeliveryOutcome.Retry && number >= options.Value.AttemptsLimit)
        {
            result = result with
            {
                Outcome = DeliveryOutcome.Failed,
                Error = $"{result.Error}; attempt {number} was the last (Alerts:Delivery:AttemptsLimit)"
            };
        }

        var pause = result.Outcome == DeliveryOutcome.Retry ? RetryPause.After(options.Value, number, result.RetryAfter) : (TimeSpan?)null;
        var attempt = new DeliveryAttempt(
            delivery.DeliveryId, number, started.UtcDateTime, time.GetElapsedTime(clock),
            Name(result.Outcome), result.Status, result.Error);
        await DeliveryStore.RecordAsync(transaction, attempt, pause, cancellation);
        await transaction.CommitAsync(cancellation);
        DeliveryMetrics.Attempted(delivery.Channel, attempt);
        Say(delivery, attempt, pause);
    }

    private Task<DeliveryResult> AttemptAsync(DueDelivery delivery, CancellationToken cancellation) =>
        delivery.Deleted ? Task.FromResult(new DeliveryResult(DeliveryOutcome.Failed, Error: "the subscription was deleted"))
        : byChannel.TryGetValue(delivery.Channel, out var receiver) ? receiver.DeliverAsync(delivery, cancellation)
        : Task.FromResult(new DeliveryResult(
            DeliveryOutcome.Failed, Error: $"channel is '{delivery.Channel}'; allowed: {string.Join(", ", byChannel.Keys)}"));

    private void Say(DueDelivery delivery, DeliveryAttempt attempt, TimeSpan? pause)
    {
        if (pause is { } wait)
        {
            Postponed(delivery.DeliveryId, delivery.Channel, attempt.Attempt, attempt.Error, wait);
        }
        else if (attempt.Outcome != "delivered")
        {
            GivenUp(delivery.DeliveryId, delivery.Channel, attempt.Attempt, attempt.Error);
        }
    }

    private static string Name(DeliveryOutcome outcome) => outcome switch
    {
        DeliveryOutcome.Delivered => "delivered",
        DeliveryOutcome.Retry => "retry",
        _ => "failed",
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Delivery {DeliveryId} ({Channel}), attempt {Attempt}: {Error}; again in {Pause}")]
    private partial void Postponed(Guid deliveryId, string channel, int attempt, string? error, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Error, Message = "Delivery {DeliveryId} ({Channel}) failed for good at attempt {Attempt}: {Error}")]
    private partial void GivenUp(Guid deliveryId, string channel, int attempt, string? error);
}
