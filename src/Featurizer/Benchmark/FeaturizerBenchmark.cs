using Confluent.Kafka;
using Jianwei.Core.Kafka;
using Jianwei.Core.Redis;
using Jianwei.Featurizer.Store;
using Jianwei.Featurizer.Windows;
using Microsoft.Extensions.Logging.Abstractions;

namespace Jianwei.Featurizer.Benchmark;

/// <summary>What was measured: medians over interleaved rounds on one Redis.</summary>
/// <param name="EventsPerSecond">
/// Events through parse, read, apply, features, request and write; states come from Redis in every batch.
/// </param>
/// <param name="CachedEventsPerSecond">The same with the in-process cache of states holding them all.</param>
/// <param name="RedisPerSecond">States that redis-benchmark reads and writes with the same commands and sizes.</param>
/// <param name="RedisWritesPerSecond">States that redis-benchmark writes.</param>
/// <param name="StateBytes">Mean bytes of a state in the middle round; each round gives redis-benchmark its own.</param>
/// <param name="StatesPerCommand">Mean states in a command.</param>
public sealed record FeaturizerBenchmarkResult(
    double EventsPerSecond, double CachedEventsPerSecond, double? RedisPerSecond, double? RedisWritesPerSecond, double StateBytes,
    int StatesPerCommand);

/// <summary>Featurizer against redis-benchmark, in one run on one Redis. Kafka is left out on both sides.</summary>
public sealed class FeaturizerBenchmark(RedisConnection redis, FeaturePlan plan, DeadLetterWriter deadLetters, TimeProvider time)
{
    private const int Companies = 20_000;
    private const int Partitions = 8;
    private const int BatchSize = 4_000;
    private const int WarmBatches = 75;
    private const int RoundBatches = 10;
    private static readonly Topics Topics = new();

    /// <param name="rounds">Interleaved rounds of each side.</param>
    /// <param name="progress">Told what is being done.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<FeaturizerBenchmarkResult> RunAsync(int rounds, IProgress<string>? progress, CancellationToken cancellation)
    {
        progress?.Report("featurizer: making states");
        var (stream, store, metrics) = (new EventStream(Companies, Partitions, seed: 1), new StateStore(redis), new FeaturizerMetrics());
        FeaturizerHandler Handler(int cache) => new(
            store, plan, (_, _) => Task.CompletedTask, _ => long.MaxValue, deadLetters, Topics, metrics, cache, time, NullLogger.Instance);
        await RoundAsync(Handler(Companies), stream, WarmBatches, cancellation);

        var endpoint = (System.Net.IPEndPoint)redis.Multiplexer.GetEndPoints()[0];
        var bench = new RedisBenchmark(endpoint.Address.ToString(), endpoint.Port, redis.Options.Prefix + "-bench");
        List<double> plain = [], cached = [], stateBytes = [];
        List<double?> both = [], writes = [];
        var hot = Handler(Companies);
        await RoundAsync(hot, stream, RoundBatches * 2, cancellation);
        for (var round = 0; round < rounds; round++)
        {
            progress?.Report($"featurizer: round {round + 1} of {rounds}");
            cached.Add(await RoundAsync(hot, stream, RoundBatches, cancellation));
            plain.Add(await RoundAsync(Handler(0), stream, RoundBatches, cancellation));
            const int states = BatchSize / Partitions;

            // States grow from round to round.
            stateBytes.Add(await MeanBytesAsync(store, cancellation));
            both.Add(bench.Run(redis.Database, Partitions, states, (int)stateBytes[^1], Companies, 800, read: true));
            writes.Add(bench.Run(redis.Database, Partitions, states, (int)stateBytes[^1], Companies, 800, read: false));
            hot = Handler(Companies);
            await RoundAsync(hot, stream, RoundBatches, cancellation);
        }

        return new(Median(plain), Median(cached), Median(both), Median(writes), Median(stateBytes), BatchSize / Partitions);
    }

    private async Task<double> RoundAsync(FeaturizerHandler handler, EventStream stream, int batches, CancellationToken cancellation)
    {
        var made = Enumerable.Range(0, batches)
            .Select(_ => (IReadOnlyList<ConsumeResult<byte[], byte[]>>)
                [.. Enumerable.Range(0, BatchSize).Select(_ => stream.NextRecord(Topics.Events))])
            .ToList();

        // In production a message is young when it is handled: what was made for the round must not be moved during it.
        GC.Collect();
        var started = time.GetTimestamp();
        foreach (var batch in made)
        {
            await handler.HandleAsync(batch, cancellation);
        }

        return batches * BatchSize / time.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<double> MeanBytesAsync(StateStore store, CancellationToken cancellation)
    {
        var sizes = new List<int>();
        foreach (var partition in store.ScanStates().GroupBy(s => s.Partition))
        {
            var states = await store.ReadStatesAsync(partition.Key, [.. partition.Select(s => s.Company).Take(500)], cancellation);
            sizes.AddRange(states.Select(s => s?.Length ?? 0));
        }

        return sizes.Average();
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static double? Median(List<double?> values) => values.Any(v => v is null) ? null : values.Order().ElementAt(values.Count / 2);
}
