using Jianwei.App.Hosting;
using Jianwei.Core.Kafka;
using Jianwei.Core.Sql;
using Jianwei.Ingest.Replay;
using Jianwei.Scorer.Telemetry;

namespace Jianwei.App.Bench;

/// <summary>
/// The whole path in this process, on the servers of the settings: raw messages in; events, states, scores, score history and
/// shift states out. First latency at a fixed rate, then as many as it takes.
/// </summary>
internal sealed class PathBench(BenchPlan plan, Dictionary<string, string?> settings, IProgress<string> progress)
{
    private const int Companies = 20_000;
    private const int SustainedMessages = 150_000;
    private const int SendBatch = 1_000;
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Warm = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LagLook = TimeSpan.FromMilliseconds(100);
    private readonly TimeProvider time = TimeProvider.System;

    public async Task RunAsync(BenchReport report, CancellationToken cancellation)
    {
        await using var app = JianweiHost.Builder(settings, LogLevel.Error)
            .AddRoles(Roles.All & ~Roles.Sweeper).BuildApplication(Roles.All);
        await app.StartStagesAsync(cancellation);
        var kafka = app.Services.GetRequiredService<KafkaClients>();
        var producer = app.Services.GetRequiredService<AckedProducer>();
        var latency = app.Services.GetRequiredService<ScoreLatency>();
        await app.Services.GetRequiredService<Schema>().ReadyAsync(cancellation);
        await kafka.EnsureTopicsAsync(cancellation);
        using var lag = new StageLag(kafka, StageLag.AllStages);
        var stream = new RawStream(kafka.Topics, Companies, seed: 1);

        progress.Report("path: warming up");
        await AtRateAsync(stream, producer, Warm, cancellation);
        await DrainAsync(lag, cancellation);
        latency.Reset();
        progress.Report($"path: {plan.Rate:N0} events/s for {plan.RateTime.TotalSeconds:N0} s");
        await AtRateAsync(stream, producer, plan.RateTime, cancellation);
        await DrainAsync(lag, cancellation);
        report.EventToScoreP50Ms = latency.Percentile(0.50).TotalMilliseconds;
        report.EventToScoreP99Ms = latency.Percentile(0.99).TotalMilliseconds;
        report.LatencyRatePerS = plan.Rate;

        progress.Report($"path: {SustainedMessages:N0} events as fast as it takes them");
        var started = time.GetTimestamp();
        for (var sent = 0; sent < SustainedMessages; sent += SendBatch)
        {
            await producer.SendAsync([.. Enumerable.Range(0, SendBatch).Select(_ => stream.Next(time.GetUtcNow()))], cancellation);
        }

        await DrainAsync(lag, cancellation);
        report.PathEventsPerS = SustainedMessages / time.GetElapsedTime(started).TotalSeconds;
        report.MeasuredOn["path"] =
            $"Kafka at {kafka.Options.BootstrapServers}, all stages but the sweeper and the sender in this process, {Companies:N0} companies, made-up messages; sustained: {SustainedMessages:N0} events from the first sent to the last committed by alerts";
        await app.StopAsync(CancellationToken.None);
    }

    private async Task AtRateAsync(RawStream stream, AckedProducer producer, TimeSpan span, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        var sends = new List<Task>();
        var sent = 0;
        for (var passed = TimeSpan.Zero; passed < span; passed = time.GetElapsedTime(started))
        {
            var due = (int)(passed.TotalSeconds * plan.Rate) - sent;
            if (due > 0)
            {
                sends.Add(producer.SendAsync([.. Enumerable.Range(0, due).Select(_ => stream.Next(time.GetUtcNow()))], cancellation));
                sent += due;
            }

            await Task.Delay(Slice, time, cancellation);
        }

        await Task.WhenAll(sends);
    }

    private async Task DrainAsync(StageLag lag, CancellationToken cancellation)
    {
        do
        {
            await Task.Delay(LagLook, time, cancellation);
            await lag.LookAsync(cancellation);
        }
        while (!lag.Drained);
    }
}
