using System.Diagnostics.Metrics;
using System.Globalization;
using Jianwei.Core.Contracts;
using Jianwei.Core.Failures;
using Jianwei.Core.Kafka;
using Jianwei.Core.Telemetry;
using Jianwei.Featurizer.State;
using Jianwei.Featurizer.Store;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jianwei.Featurizer.Sweeper;

/// <summary>
/// Puts a tick into <c>events</c> for every company that has had no news since its second of the day: windows slide and silence
/// is a signal. Ticks are messages of the log, so that a replay of the log gives the same scores.
/// </summary>
public sealed partial class SweeperService(
    StateStore store, KafkaClients kafka, AckedProducer producer, StageHealth health, IOptions<SweeperOptions> options,
    TimeProvider time, IHostApplicationLifetime lifetime, ILogger<SweeperService> log) : BackgroundService
{
    private const string Stage = "sweeper";
    private const int ChunkSize = 500;
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(30);

    private static readonly Counter<long> Ticks = JianweiMeter.Instance.CreateCounter<long>(
        "jianwei_sweeper_ticks_total", description: "Companies scored without news.");

    private static readonly Counter<long> Stalled = JianweiMeter.Instance.CreateCounter<long>(
        "jianwei_sweeper_stalled_total", description: "Companies left out because all their feeds stand still.");

    private readonly string owner = Guid.NewGuid().ToString("N");
    private string stalledSources = "";

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        health.Set(Stage, StageState.Starting);
        var pause = RetrySchedule.First;
        var waited = false;
        try
        {
            await kafka.EnsureTopicsAsync(stoppingToken);
            while (!stoppingToken.IsCancellationRequested)
            {
                var started = time.GetTimestamp();
                try
                {
                    await PassAsync(stoppingToken);
                    health.Set(Stage, StageState.Running);
                    if (waited)
                    {
                        waited = false;
                        LogRunning();
                    }

                    pause = RetrySchedule.First;
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested && Failure.Classify(e) == FailureKind.Retryable)
                {
                    waited = true;
                    health.Set(Stage, StageState.Retrying, e.Message);
                    LogRetrying(e.Message, pause);
                    await Task.Delay(pause, time, stoppingToken);
                    pause = RetrySchedule.After(pause);
                    continue;
                }

                var left = options.Value.PassInterval - time.GetElapsedTime(started);
                await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
        catch (Exception e)
        {
            LogStopped(e, e.Message);
            Environment.ExitCode = 3;
            lifetime.StopApplication();
        }
    }

    /// <summary>One look at every company.</summary>
    public async Task PassAsync(CancellationToken cancellation)
    {
        if (!await store.LeaseAsync(Stage, owner, LeaseTime, cancellation))
        {
            return;
        }

        var clock = await ReadClockAsync(cancellation);
        foreach (var companies in store.ScanStates().Chunk(ChunkSize))
        {
            cancellation.ThrowIfCancellationRequested();
            var started = time.GetTimestamp();
            var headers = await store.ReadHeadersAsync(companies, cancellation);
            var due = new List<OutgoingMessage>();
            foreach (var ((_, company), header) in companies.Zip(headers))
            {
                if (header is not null && Tick(company, header, clock) is { } tick)
                {
                    due.Add(new(kafka.Topics.Events, company, Wire.Write(tick)));
                }
            }

            await producer.SendAsync(due, cancellation);
            Ticks.Add(due.Count);
            if (!await store.LeaseAsync(Stage, owner, LeaseTime, cancellation))
            {
                return;
            }

            var share = TimeSpan.FromSeconds((double)companies.Length / options.Value.CompaniesPerSecond) - time.GetElapsedTime(started);
            await Task.Delay(share > TimeSpan.Zero ? share : TimeSpan.Zero, time, cancellation);
        }
    }

    private async Task<FeedClock> ReadClockAsync(CancellationToken cancellation)
    {
        var partitions = kafka.PartitionCount(kafka.Topics.Events);
        var read = await Task.WhenAll(Enumerable.Range(0, partitions).Select(p => store.ReadPartitionAsync(p, cancellation)));
        var clock = new FeedClock(read.Select(r => r.Watermarks), options.Value.StalledAfter);
        var stalled = string.Join(", ", clock.Stalled);
        if (stalled != stalledSources)
        {
            stalledSources = stalled;
            LogStalled(stalled.Length == 0 ? "none" : stalled, options.Value.StalledAfter);
        }

        return clock;
    }

    private CompanyEvent? Tick(string company, byte[] header, FeedClock clock)
    {
        var state = StateCodec.DecodeHeader(header);
        if (SweepSchedule.Due(company, state.StreamTime, clock.Watermark) is not { } tick)
        {
            return null;
        }

        if (clock.IsStalled(state.Sources))
        {
            Stalled.Add(1);
            return null;
        }

        var at = Days.TimeOf(tick);
        return new()
        {
            EventId = "0000000000000000",
            CompanyId = company,
            Type = EventType.Tick,
            EventTime = at,
            ObservedTime = at,
            AcceptedTime = time.GetUtcNow(),
            Source = Stage,
            SourceEventId = at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        };
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "sweeper waits: {Reason}; trying again in {Pause}")]
    private partial void LogRetrying(string reason, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Information, Message = "sweeper runs again")]
    private partial void LogRunning();

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "feeds that stand still (Sweeper:StalledAfter {After}): {Sources}; their companies' silence is not scored")]
    private partial void LogStalled(string sources, TimeSpan after);

    [LoggerMessage(Level = LogLevel.Critical, Message = "sweeper stops on an unexpected error: {Reason}")]
    private partial void LogStopped(Exception e, string reason);
}
