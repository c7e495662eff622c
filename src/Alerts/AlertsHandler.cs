using Confluent.Kafka;
using Jianwei.Alerts.Models;
using Jianwei.Alerts.Scores;
using Jianwei.Alerts.Shifts;
using Jianwei.Alerts.Telemetry;
using Jianwei.Core.Failures;
using Jianwei.Core.Kafka;
using Jianwei.Core.Sql;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jianwei.Alerts;

/// <summary>
/// The alerts stage: topic <c>scores</c> to shift states, history, alerts and outbox, one transaction a batch. A batch seen
/// again changes nothing, because each company's state knows its newest version.
/// </summary>
public sealed partial class AlertsHandler(
    Schema schema,
    ScoreStore store,
    ScorePartitions partitions,
    BandScales scales,
    DeadLetterWriter deadLetters,
    AckedProducer producer,
    TimeProvider time,
    IOptions<AlertsOptions> options,
    IOptions<ShiftOptions> shifts,
    ILogger<AlertsHandler> log) : IBatchHandler
{
    /// <summary>Name of the stage in groups, health and dead letters.</summary>
    public const string Stage = "alerts";

    // Two writers of one company exist only while a rebalance settles; whoever loses reads again.
    private const int Tries = 5;

    private readonly ShiftMachine machine = new(shifts.Value);
    private readonly ShiftStateCache cache = new(options.Value.StateCacheSize);
    private volatile bool stale;

    /// <inheritdoc/>
    public void Revoked(IReadOnlyList<TopicPartition> partitions) => stale = true;

    /// <inheritdoc/>
    public async Task HandleAsync(IReadOnlyList<ConsumeResult<byte[], byte[]>> batch, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        await schema.ReadyAsync(cancellation);
        var (scores, refused) = Read(batch);
        await WriteAsync(scores, cancellation);
        await producer.SendAsync(refused, cancellation);
        AlertsMetrics.BatchSeconds.Record(time.GetElapsedTime(started).TotalSeconds);
        Age(scores);
    }

    private (List<ReadScore> Scores, List<OutgoingMessage> Refused) Read(IReadOnlyList<ConsumeResult<byte[], byte[]>> batch)
    {
        var scores = new List<ReadScore>(batch.Count);
        var refused = new List<OutgoingMessage>();
        foreach (var record in batch)
        {
            try
            {
                scores.Add(new(ScoreReader.Read(record.Message.Value), record.Partition.Value));
            }
            catch (PoisonException e)
            {
                refused.Add(deadLetters.Refuse(Stage, e.Reason, e.Message, record));
            }
        }

        return (scores, refused);
    }

    private async Task WriteAsync(List<ReadScore> scores, CancellationToken cancellation)
    {
        for (var attempt = 1; scores.Count > 0; attempt++)
        {
            var states = await StatesAsync(scores, cancellation);
            var batch = ScoreBatch.Evaluate(scores, states, machine, scales);
            if (await StoreAsync(batch, cancellation))
            {
                return;
            }

            stale = true;
            AlertsMetrics.Conflict();
            Conflict(attempt);
            if (attempt == Tries)
            {
                throw new TimeoutException(
                    $"another process writes the same companies; after {Tries} attempts this batch still came second");
            }
        }
    }

    private async Task<IReadOnlyDictionary<string, ShiftState>> StatesAsync(List<ReadScore> scores, CancellationToken cancellation)
    {
        if (stale)
        {
            cache.Clear();
            stale = false;
        }

        var states = new Dictionary<string, ShiftState>(StringComparer.Ordinal);
        var missing = new HashSet<string>(StringComparer.Ordinal);
        foreach (var id in scores.Select(s => s.Score.CompanyId))
        {
            if (cache.TryGet(id, out var state))
            {
                states[id] = state;
            }
            else
            {
                missing.Add(id);
            }
        }

        AlertsMetrics.Read(states.Count, missing.Count);
        if (missing.Count > 0)
        {
            foreach (var (id, state) in await store.ReadAsync([.. missing], cancellation))
            {
                states[id] = state;
            }
        }

        return states;
    }

    private async Task<bool> StoreAsync(ScoreBatch batch, CancellationToken cancellation)
    {
        if (batch.Changed.Count == 0)
        {
            AlertsMetrics.Committed(batch);
            return true;
        }

        await partitions.EnsureAsync(batch.Stored.Select(s => s.AsOf), cancellation);
        WrittenBatch? written;
        try
        {
            written = await store.WriteAsync(batch, cancellation);
        }
        catch
        {
            // Whether it was committed is not known.
            stale = true;
            throw;
        }

        if (written is null)
        {
            return false;
        }

        foreach (var company in batch.Changed)
        {
            cache.Set(company.CompanyId, company.State!);
        }

        AlertsMetrics.Committed(batch, written);
        return true;
    }

    private void Age(List<ReadScore> scores)
    {
        var now = time.GetUtcNow();
        foreach (var score in scores.Select(s => s.Score).Where(s => s.AcceptedTime != default))
        {
            AlertsMetrics.LatencySeconds.Record((now - score.AcceptedTime).TotalSeconds);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Another process wrote companies of this batch first (attempt {Attempt}); reading their states again")]
    private partial void Conflict(int attempt);
}
