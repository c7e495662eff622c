using Jianwei.Core.Kafka;
using Jianwei.Core.Models;
using Jianwei.Core.Redis;
using Jianwei.Scorer.Batching;
using Jianwei.Scorer.Inference;
using Jianwei.Scorer.Packages;
using Jianwei.Scorer.Swap;
using Jianwei.Scorer.Telemetry;
using Jianwei.Scorer.Texts;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Jianwei.Scorer.Benchmark;

/// <summary>
/// Measures the Scorer beside a bare loop over the same session: in one process, in turns; on one thread each, and the
/// whole stage with its lanes.
/// </summary>
public sealed class ScorerBenchmark : IDisposable
{
    private static readonly int[] BatchSizes = [64, 256, 1_024];

    // As many as the stage has by itself.
    private static readonly int Lanes = new ScorerOptions().Lanes;

    private readonly ModelPackage _package;
    private readonly ModelLane _lane;
    private readonly BenchmarkRequests _requests;
    private readonly Risk[] _risks = new Risk[BatchSizes[^1]];
    private readonly byte[][] _scores = new byte[BatchSizes[^1]][];
    private readonly ScoreBuffers _buffers = new();

    private readonly TextVectors? _vectors;

    private ScorerBenchmark(ModelPackage package, BenchmarkRequests requests, TextVectors? vectors)
    {
        _package = package;
        _vectors = vectors;
        _lane = new ModelLane(package);
        _requests = requests;
    }

    /// <summary>Measures a package for about <paramref name="budget"/>.</summary>
    /// <exception cref="ModelRefusedException">The package may not serve.</exception>
    public static ScorerBenchmarkResult Run(string modelDirectory, TimeSpan budget)
    {
        var device = InferenceDevice.Cpu();
        var package = ModelPackage.Load(modelDirectory, null, device);
        using var redis = new RedisConnection(
            Options.Create(new RedisOptions { Configuration = "none" })); // never asked: all vectors are in memory
        using var slot = new ModelSlot(
            Options.Create(new ScorerOptions { Lanes = Lanes }), Options.Create(new ShadowOptions()), TimeProvider.System,
            NullLogger<ModelSlot>.Instance, new TextStore(redis));
        slot.Serve(package); // and disposes it
        var golden = GoldenInputs.Parse(File.ReadAllBytes(Path.Combine(modelDirectory, package.Manifest.Golden)));
        var requests = new BenchmarkRequests(package.Manifest, golden);
        var vectors = Vectors(slot, golden, package.TextEncoder);
        using var benchmark = new ScorerBenchmark(package, requests, vectors);
        var batches = Array.ConvertAll(BatchSizes, size => benchmark.Measure(size, slot, budget / BatchSizes.Length));
        return new ScorerBenchmarkResult(
            package.Manifest.Id, device.Name, Lanes, package.Manifest.FeatureCount,
            requests.Messages.Average(m => m.Length), benchmark._scores.Average(s => s.Length), batches);
    }

    /// <inheritdoc/>
    public void Dispose() => _lane.Dispose();

    // Of every golden document, so that no text has to be encoded while the head is measured.
    private static TextVectors? Vectors(ModelSlot slot, GoldenInputs golden, TextEncoder? encoder)
    {
        using var lease = slot.Take();
        if (lease.Model.Texts is { } vectors)
        {
            foreach (var (row, document) in golden.Documents!.Index())
            {
                if (document is not null)
                {
                    vectors.Keep(BenchmarkRequests.TextHash(row), encoder!.Encode([document.ToTokens()])[0]);
                }
            }
        }

        return lease.Model.Texts;
    }

    private ScorerBenchmarkBatch Measure(int size, ModelSlot slot, TimeSpan budget)
    {
        Side[] sides = [Bare(size), Vectors(size), Bytes(size), Handler(size * Lanes, slot)];
        var rounds = Interleaved.Measure(sides, _requests.Messages.Length, budget);
        return new ScorerBenchmarkBatch(size, rounds.Count, Of(rounds, 0), Of(rounds, 1), Of(rounds, 2), Of(rounds, 3));
    }

    private static ScorerBenchmarkSide Of(List<Speed[]> rounds, int side) => new(
        Interleaved.Median(rounds.Select(round => round[side].Wall)),
        Interleaved.Median(rounds.Select(round => round[side].Wall / round[0].Wall)),
        Interleaved.Median(rounds.Select(round => round[side].Cpu / round[0].Cpu)));

    private Side Bare(int size)
    {
        var matrix = new FeatureMatrix(size, _package.Manifest.FeatureCount);
        for (var i = 0; i < size; i++)
        {
            _requests.Vectors[i].CopyTo(matrix.Row(i));
        }

        TextInputs? texts = null;
        if (_vectors is not null)
        {
            texts = new(_package.Manifest.Graph.TextWidth);
            texts.EnsureCapacity(size);
            for (var i = 0; i < size; i++)
            {
                texts.Set(i, _vectors.Find(_requests.Rows[i].TextHash));
            }
        }

        return new(size, _ => _lane.Runner.Run(matrix, 0, size, texts));
    }

    private Side Vectors(int size)
    {
        var matrix = new FeatureMatrix(size, _package.Manifest.FeatureCount);
        return new(size, first =>
        {
            for (var i = 0; i < size; i++)
            {
                _requests.Vectors[first + i].CopyTo(matrix.Row(i));
            }

            _lane.Score(matrix, _requests.Rows.AsSpan(first, size), _vectors, _risks.AsSpan(0, size));
        });
    }

    private Side Bytes(int size)
    {
        var manifest = _package.Manifest;
        var batch = new RequestBatch(
            new RequestReader(manifest.Catalogue, manifest.FeatureCount), CoalesceMode.Exact, manifest.FeatureCount);
        batch.EnsureCapacity(size);
        return new(size, first =>
        {
            batch.Clear();
            _buffers.ReturnAll();
            for (var i = 0; i < size; i++)
            {
                batch.Add(_requests.Records[first + i], i);
            }

            _lane.Score(batch.Matrix, batch.Rows, _vectors, _risks.AsSpan(0, batch.Count));
            _lane.Writer.SetScoredTime(TimeProvider.System.GetUtcNow());
            for (var i = 0; i < batch.Count; i++)
            {
                _scores[i] = _lane.Writer.Write(batch.Rows[i], _risks[i], _buffers);
            }
        });
    }

    private Side Handler(int size, ModelSlot slot)
    {
        var kafka = new KafkaOptions { BootstrapServers = "none" };
        var deadLetters = new DeadLetterWriter(
            new KafkaClients(Options.Create(kafka), TimeProvider.System, NullLogger<KafkaClients>.Instance), TimeProvider.System);
        var handler = new ScorerHandler(
            slot, (_, _) => Task.CompletedTask, deadLetters, kafka.Topics, CoalesceMode.Exact, size,
            new ScoreLatency(), TimeProvider.System);
        return new(size, first => handler
            .HandleAsync(new ArraySegment<Confluent.Kafka.ConsumeResult<byte[], byte[]>>(_requests.Records, first, size), default)
            .GetAwaiter().GetResult());
    }
}
