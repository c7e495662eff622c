using Jianwei.App.Hosting;
using Jianwei.Core.Kafka;
using Jianwei.Core.Redis;
using Jianwei.Featurizer;
using Jianwei.Featurizer.Benchmark;
using Jianwei.Featurizer.State;
using Jianwei.Featurizer.Windows;
using Jianwei.Scorer.Benchmark;
using Jianwei.Scorer.Packages;

namespace Jianwei.App.Bench;

/// <summary>Measures the parts one after the other, on the same servers and under names of its own.</summary>
internal sealed class BenchRun(BenchPlan plan, IProgress<string> progress)
{
    private const int Rounds = 5;
    private const string FusedModel = "sim-default";
    private static readonly TimeSpan ScorerBudget = TimeSpan.FromSeconds(12);
    private readonly string name = $"bench-{Guid.NewGuid():N}"[..14];

    public async Task<BenchReport> RunAsync(CancellationToken cancellation)
    {
        var report = new BenchReport();
        report.MeasuredOn["machine"] =
            $"{Environment.ProcessorCount} cores, {System.Runtime.InteropServices.RuntimeInformation.OSDescription}, .NET {Environment.Version}; all servers on it";
        if (plan.Parts.Contains("featurizer"))
        {
            await FeaturizerAsync(report, cancellation);
        }

        if (plan.Parts.Contains("scorer"))
        {
            Scorer(report);
        }

        if (plan.Parts.Contains("path"))
        {
            await PathAsync(report, cancellation);
        }

        return report;
    }

    private async Task PathAsync(BenchReport report, CancellationToken cancellation)
    {
        if (JianweiHost.Builder(Settings("p")).Configuration["Kafka:BootstrapServers"] is not { Length: > 0 })
        {
            report.Notes.Add(
                "no Kafka is set (Kafka:BootstrapServers; ./jianwei up starts one where it can), so the path was not measured: a mock cluster holds too little");
            return;
        }

        await new PathBench(plan, Settings("p"), progress).RunAsync(report, cancellation);
    }

    // The fused model, and the tabular one that is the default; or the one that is set.
    private void Scorer(BenchReport report)
    {
        var builder = JianweiHost.Builder(Settings("s"), LogLevel.Warning);
        var store = new ModelStore(builder.Configuration["Models:Directory"]!);
        var model = builder.Configuration["Scorer:Model"]!;
        if (plan.Settings.ContainsKey("Scorer:Model"))
        {
            report.Fused(Scorer(store, model));
            return;
        }

        report.Fused(Scorer(store, FusedModel));
        report.Tabular(Scorer(store, model));
    }

    private ScorerBenchmarkResult Scorer(ModelStore store, string model)
    {
        var directory = store.DirectoryOf(store.Resolve(model));
        progress.Report($"scorer: {directory}");
        return ScorerBenchmark.Run(directory, ScorerBudget);
    }

    private async Task FeaturizerAsync(BenchReport report, CancellationToken cancellation)
    {
        var builder = JianweiHost.Builder(Settings("f"), LogLevel.Warning);
        builder.Services.AddFeatures();
        await using var app = builder.Build();
        var redis = app.Services.GetRequiredService<RedisConnection>();
        var features = app.Services.GetRequiredService<FeaturePlan>();
        var bench = new FeaturizerBenchmark(redis, features, app.Services.GetRequiredService<DeadLetterWriter>(), TimeProvider.System);
        var result = await bench.RunAsync(Rounds, progress, cancellation);
        report.FeaturizerEventsPerS = result.EventsPerSecond;
        report.FeaturizerCachedEventsPerS = result.CachedEventsPerSecond;
        report.RedisBenchmarkPerS = result.RedisPerSecond;
        report.FeaturizerVsRedis = result.EventsPerSecond / result.RedisPerSecond;
        report.MeasuredOn["featurizer"] =
            $"Redis at {redis.Servers}; {result.StatesPerCommand} states of {result.StateBytes:N0} bytes a command, {features.Catalogue.Count} features, no Kafka on either side";
        if (result.RedisPerSecond is null)
        {
            report.Notes.Add("redis-benchmark is missing (Debian: redis-tools), so featurizer_vs_redis was not measured");
        }

        await StateBytesAsync(report, redis);
    }

    private static async Task StateBytesAsync(BenchReport report, RedisConnection redis)
    {
        var (stream, state) = (new EventStream(companies: 50, partitions: 1, seed: 2), new CompanyState());
        for (var i = 0; i < 50; i++)
        {
            var e = stream.Next();
            state.Apply(e with { EventTime = e.EventTime.AddDays(i * 6), ObservedTime = e.ObservedTime.AddDays(i * 6) }, 0, i);
        }

        var bytes = StateCodec.Encode(state);
        report.StateBytesPerCompany = bytes.Length;
        const string key = "bench:{0}:s:CN-USCC:91310000MA1FL5KQ7X";
        await redis.Database.StringSetAsync(key, bytes);
        report.RedisBytesPerCompany = (double)await redis.Database.ExecuteAsync("MEMORY", "USAGE", key);
        await redis.Database.KeyDeleteAsync(key);
        report.MeasuredOn["state"] =
            $"{state.Records.Length} records and {state.LifetimeCells.Length} lifetime cells after 50 events over 300 days";
    }

    // Each part has names of its own: states belong to one log.
    private Dictionary<string, string?> Settings(string part) =>
        new(plan.Settings) { ["Kafka:Prefix"] = $"{name}-{part}.", ["Redis:Prefix"] = $"{name}-{part}" };
}
