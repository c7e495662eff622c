using Jianwei.Alerts.Scores;
using Jianwei.Alerts.Telemetry;
using Jianwei.Core.Failures;
using Jianwei.Core.Sql;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jianwei.Alerts.Delivery;

/// <summary>
/// Puts what is due in the outbox onto the bus: at once when the database says so (NOTIFY), and by looking now and then for
/// retries and for leases that ended. Any number of them may run.
/// </summary>
public sealed partial class OutboxRelay(
    Schema schema, NpgsqlDataSource source, DeliveryStore store, IBus bus,
    IOptions<DeliveryOptions> options, TimeProvider time, ILogger<OutboxRelay> log)
    : BackgroundService
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await schema.ReadyAsync(stoppingToken);
                await RelayAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                if (e is FatalException)
                {
                    // SchemaService says it and stops the process.
                    return;
                }

                Failed(e.Message, Failure.Classify(e) == FailureKind.Retryable ? null : e);
                await Task.Delay(PauseAfterFailure, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task RelayAsync(CancellationToken stopping)
    {
        await using var listening = await source.OpenConnectionAsync(stopping);
        await using (var listen = new NpgsqlCommand($"listen {ScoreStore.OutboxChannel}", listening))
        {
            await listen.ExecuteNonQueryAsync(stopping);
        }

        while (!stopping.IsCancellationRequested)
        {
            while (await PublishAsync(stopping) == options.Value.BatchSizeLimit)
            {
                // There may be more.
            }

            DeliveryMetrics.Pending(await store.PendingAsync(stopping));
            await listening.WaitAsync(options.Value.PollInterval, stopping);
        }
    }

    private async Task<int> PublishAsync(CancellationToken stopping)
    {
        var due = await store.LeaseAsync(options.Value.Lease, options.Value.BatchSizeLimit, stopping);
        if (due.Count > 0)
        {
            // A bus that is away is waited for no longer than the lease, which then brings the deliveries back.
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            limit.CancelAfter(options.Value.Lease);
            try
            {
                await bus.PublishBatch(due, limit.Token);
            }
            catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
            {
                throw new TimeoutException($"the bus (RabbitMq:Uri) did not take {due.Count} deliveries within {options.Value.Lease}");
            }

            DeliveryMetrics.Put(due.Count);
        }

        return due.Count;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The outbox waits: {Reason}")]
    private partial void Failed(string reason, Exception? error);
}
