using Jianwei.Core.Kafka;

namespace Jianwei.Ingest.Replay;

/// <summary>
/// Sends a file to the raw topics in order of observed time: at a multiple of the stream's own pace, waiting while a stage is
/// too far behind, and remembering what was acknowledged. Brokers that go away are waited for.
/// </summary>
public sealed class Replayer(KafkaClients kafka, AckedProducer producer, TimeProvider time)
{
    /// <summary>Replays to the end, the limit, or until cancelled; what was acknowledged is remembered either way.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is not of the format.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<ReplayProgress> RunAsync(ReplayOptions options, IProgress<ReplayProgress>? progress, CancellationToken cancellation)
    {
        var file = await Task.Run(() => ReplayFile.Open(options.Format, options.Path, cancellation), cancellation);
        await kafka.EnsureTopicsAsync(cancellation);
        using var lag = new StageLag(kafka, options.Stages);
        var deadLetters = options.Drain ? DeadLetters() : 0;
        var run = new ReplayRun(kafka, producer, time, options, file, lag, progress);
        try
        {
            await run.SendAllAsync(cancellation);
            await run.DrainAsync(cancellation);
        }
        finally
        {
            run.Remember(always: true);
        }

        return run.Report(null, done: true) with { DeadLetters = options.Drain ? DeadLetters() - deadLetters : null };
    }

    private long DeadLetters() => new TopicReader(kafka).Watermarks(kafka.Topics.DeadLetters).Sum(p => p.High);
}
