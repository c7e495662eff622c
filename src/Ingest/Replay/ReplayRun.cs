using Jianwei.Core.Failures;
using Jianwei.Core.Kafka;

namespace Jianwei.Ingest.Replay;

/// <summary>One replay under way. Used by one thread.</summary>
internal sealed class ReplayRun(
    KafkaClients kafka, AckedProducer producer, TimeProvider time, ReplayOptions options, ReplayFile file, StageLag lag,
        IProgress<ReplayProgress>? progress)
{
    private const int BatchLimit = 500;

    private static readonly TimeSpan LagLook = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(200);

    private readonly ReplayPosition position =
        new(options.PositionFolder, file.Digest, $"{options.Format.Name} {kafka.Options.BootstrapServers} {kafka.Options.Prefix}");

    private readonly ReplayPace pace = new(options.Speed, options.Start);
    private readonly List<OutgoingMessage> batch = [];
    private readonly long started = time.GetTimestamp();
    private IReadOnlyDictionary<string, long> behind = new Dictionary<string, long>();
    private long passed; // in order of the stream, filtered ones included
    private long acknowledged;
    private long sent;
    private long room; // how many may be sent in all, as of the last look
    private DateTimeOffset? streamTime;
    private long looked;
    private long reported;
    private long remembered;

    /// <summary>Sends what is wanted of the file.</summary>
    public async Task SendAllAsync(CancellationToken cancellation)
    {
        acknowledged = options.Resume ? position.Read() : 0;
        foreach (var row in file.Rows(cancellation))
        {
            if (passed < acknowledged || !Wanted(row))
            {
                passed++;
                continue;
            }

            if (options.Limit is { } limit && sent + batch.Count >= limit)
            {
                break;
            }

            if (batch.Count >= BatchLimit)
            {
                await FlushAsync(cancellation);
            }

            await WaitUntilDueAsync(row, cancellation);
            streamTime = row.Observed ?? streamTime;
            batch.Add(new(kafka.Options.Prefix + row.Topic, row.Key, row.Value, streamTime));
            passed++;
        }

        await FlushAsync(cancellation);
    }

    /// <summary>Waits, where that is asked for, until the stages have handled everything.</summary>
    public async Task DrainAsync(CancellationToken cancellation)
    {
        while (options.Drain && !lag.Drained)
        {
            await LookAsync(cancellation);
            Report($"waiting for the stages to finish: {Behind(0)}", done: false);
            await Task.Delay(LagLook, time, cancellation);
        }
    }

    /// <summary>Writes the position, at most once a second unless always.</summary>
    public void Remember(bool always)
    {
        if (acknowledged > 0 && (always || time.GetElapsedTime(remembered) > Retry))
        {
            remembered = time.GetTimestamp();
            position.Write(acknowledged);
        }
    }

    /// <summary>Tells where it stands, a few times a second and when it is done.</summary>
    public ReplayProgress Report(string? waiting, bool done)
    {
        var now = new ReplayProgress
        {
            Total = file.Total, Passed = passed, Sent = sent, Refused = file.Refused, Refusals = file.Refusals, StreamTime = streamTime,
            Lag = behind,
            Waiting = waiting, Sorted = file.Sorted, Done = done,
        };
        if (done || time.GetElapsedTime(reported) > ReportInterval)
        {
            reported = time.GetTimestamp();
            progress?.Report(now);
        }

        return now;
    }

    private bool Wanted(ReplayRow row) =>
        (options.From is not { } from || row.Observed >= from) && (options.To is not { } to || row.Observed < to);

    private async Task WaitUntilDueAsync(ReplayRow row, CancellationToken cancellation)
    {
        var wait = pace.Until(row.Observed, time.GetElapsedTime(started));
        if (wait <= TimeSpan.Zero)
        {
            return;
        }

        await FlushAsync(cancellation);
        while ((wait = pace.Until(row.Observed, time.GetElapsedTime(started))) > TimeSpan.Zero)
        {
            Report(wait > Retry ? $"the next in {(wait.Days > 0 ? $"{wait.Days} d " : "")}{wait:hh\\:mm\\:ss}" : null, done: false);
            await Task.Delay(wait < ReportInterval ? wait : ReportInterval, time, cancellation);
        }
    }

    private async Task FlushAsync(CancellationToken cancellation)
    {
        if (batch.Count == 0)
        {
            return;
        }

        await WaitForStagesAsync(cancellation);
        await RetryAsync(() => producer.SendAsync(batch, cancellation), cancellation);
        sent += batch.Count;
        acknowledged = passed;
        batch.Clear();
        Remember(always: false);
        Report(null, done: false);
    }

    // A stage is never made to lag by more than the limit: what was sent since the last look counts as not handled.
    private async Task WaitForStagesAsync(CancellationToken cancellation)
    {
        if (sent + batch.Count > room || time.GetElapsedTime(looked) > LagLook)
        {
            await LookAsync(cancellation);
        }

        while (sent + batch.Count > room)
        {
            Report($"waiting for {Behind(options.LagLimit - batch.Count)}", done: false);
            await Task.Delay(LagLook, time, cancellation);
            await LookAsync(cancellation);
        }
    }

    private string Behind(long more) =>
        string.Join(", ", behind.Where(l => l.Value > more).Select(l => FormattableString.Invariant($"{l.Key} ({l.Value:N0} behind)")));

    private async Task LookAsync(CancellationToken cancellation)
    {
        await RetryAsync(async () => behind = await lag.LookAsync(cancellation), cancellation);
        looked = time.GetTimestamp();
        var most = behind.Count == 0 ? 0 : behind.Values.Max();
        room = behind.Count == 0 ? long.MaxValue : sent + (most == 0 ? Math.Max(options.LagLimit, BatchLimit) : options.LagLimit - most);
    }

    private async Task RetryAsync(Func<Task> action, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await action();
                return;
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested && Failure.Classify(e) == FailureKind.Retryable)
            {
                Report($"Kafka at {kafka.Options.BootstrapServers}: {e.Message}; trying again", done: false);
                await Task.Delay(Retry, time, cancellation);
            }
        }
    }
}
