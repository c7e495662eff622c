using Jianwei.Core.Contracts;
using Jianwei.Servers;
using Microsoft.Extensions.DependencyInjection;

namespace Jianwei.Ingest.Replay;

/// <summary>Replays of the sample into the running stage.</summary>
public sealed class ReplayerTests : IDisposable
{
    private readonly DirectoryInfo positions = Directory.CreateTempSubdirectory("jianwei-positions-");

    [Fact]
    public async Task Replay_InPiecesSendsEveryMessageOnce()
    {
        await using var stage = await IngestStage.StartAsync();
        var options = Options() with { Resume = true };

        var first = await ReplayAsync(stage, options with { Limit = 700 });
        var second = await ReplayAsync(stage, options with { Drain = true });

        Assert.Equal((700, first.Total - 700), (first.Sent, second.Sent));
        Assert.True(second.Done);
        Assert.All(second.Lag.Values, lag => Assert.Equal(0, lag));
        var events = stage.Events((int)first.Total - 12);
        Assert.Equal(events.Count, events.Select(e => e.EventId).Distinct().Count());
        Assert.Equal(12, stage.DeadLetters(12).Count(l => l.Reason == "missing_field"));
        Assert.Contains(events, e => e is { Type: EventType.FilingClosureNotice, Unit: "people" });
        Assert.Contains(events, e => e.Type == EventType.OutcomeClosure);

        var third = await ReplayAsync(stage, options);
        Assert.Equal(0, third.Sent);
    }

    [Fact]
    public async Task Replay_WithinDatesSendsThose()
    {
        await using var stage = await IngestStage.StartAsync();
        var done = await ReplayAsync(
            stage,
            Options() with { From = ReplayOptions.ParseTime("2020-03-01"), To = ReplayOptions.ParseTime("2020-04-01"), Drain = true });
        var events = stage.Events((int)done.Sent);
        Assert.Equal(done.Sent, events.Count);
        Assert.All(events, e => Assert.Equal((2020, 3), (e.ObservedTime.Year, e.ObservedTime.Month)));
    }

    [Fact]
    public async Task Replay_WaitsForAStageThatIsBehindAndKeepsItsPosition()
    {
        await using var stage = await IngestStage.StartAsync();
        using var stop = new CancellationTokenSource();
        var waiting = new TaskCompletionSource<ReplayProgress>();
        var progress = new Seen(now =>
        {
            if (now.Waiting is not null)
                waiting.TrySetResult(now);
        });

        // Nobody runs the featurizer here, so it never catches up.
        var replay = stage.Services.GetRequiredService<Replayer>()
            .RunAsync(Options() with { Stages = ["ingest", "featurizer"], LagLimit = 600 }, progress, stop.Token);
        var seen = await waiting.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await stop.CancelAsync();

        Assert.Contains("behind)", seen.Waiting);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => replay);
        Assert.InRange(long.Parse(await File.ReadAllTextAsync(Assert.Single(positions.GetFiles()).FullName)), 500, 2_000);
    }

    [Fact]
    public void Stage_ThatIsNoneIsNamed()
    {
        using var mock = MockKafka.Start();
        using var kafka = new Core.Kafka.KafkaClients(
            Microsoft.Extensions.Options.Options.Create(new Core.Kafka.KafkaOptions { BootstrapServers = mock.Bootstrap }),
            TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<Core.Kafka.KafkaClients>.Instance);
        Assert.Equal(
            "'scoring' is no stage; allowed: ingest, featurizer, scorer, alerts",
            Assert.Throws<FormatException>(() => new StageLag(kafka, ["scoring"])).Message);
    }

    public void Dispose() => positions.Delete(recursive: true);

    private static Task<ReplayProgress> ReplayAsync(IngestStage stage, ReplayOptions options) =>
        stage.Services.GetRequiredService<Replayer>().RunAsync(options, null, TestContext.Current.CancellationToken);

    private ReplayOptions Options() => new()
    {
        Format = new WarnFormat(), Path = Path.Combine(Repository.Root, "samples", "warn-2000.csv"),
        Stages = ["ingest"], PositionFolder = positions.FullName,
    };

    private sealed class Seen(Action<ReplayProgress> see) : IProgress<ReplayProgress>
    {
        public void Report(ReplayProgress value) => see(value);
    }
}
