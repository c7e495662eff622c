using System.Text.Json.Nodes;
using Confluent.Kafka;
using Jianwei.Core.Contracts;
using Jianwei.Core.Kafka;
using Jianwei.Core.Redis;
using Jianwei.Core.Text;
using Jianwei.Scorer.Batching;
using Jianwei.Scorer.Inference;
using Jianwei.Scorer.Packages;
using Jianwei.Scorer.Swap;
using Jianwei.Scorer.Telemetry;
using Jianwei.Scorer.Texts;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Jianwei.Scorer.Fixtures;

/// <summary>
/// A handler over a test model that reads texts, with Redis, without Kafka. Another one on the same prefix is the process
/// started again.
/// </summary>
internal sealed class FusedStage : IDisposable
{
    private readonly List<OutgoingMessage> _sent = [];
    private readonly KafkaClients _kafka;

    public FusedStage(
        string redis, string prefix, string version = "1", ModelPackage? first = null, ShadowOptions? shadow = null, int lanes = 1)
    {
        Redis = new(Options.Create(new RedisOptions { Configuration = redis, Prefix = prefix }));
        var kafka = new KafkaOptions { BootstrapServers = "nowhere:1", Prefix = "t." };
        _kafka = new(Options.Create(kafka), TimeProvider.System, NullLogger<KafkaClients>.Instance);
        Slot = new(
            Options.Create(new ScorerOptions { Lanes = lanes }), Options.Create(shadow ?? new()),
            TimeProvider.System, NullLogger<ModelSlot>.Instance, new TextStore(Redis));
        Slot.Serve(first ?? Models.Load(version));
        Handler = new(
            Slot, (messages, _) => Keep(messages), new(_kafka, TimeProvider.System), kafka.Topics,
            CoalesceMode.Exact, 1_000, new ScoreLatency(), TimeProvider.System);
    }

    public FusedModels Models { get; } = new();

    public RedisConnection Redis { get; }

    public ModelSlot Slot { get; }

    public ScorerHandler Handler { get; }

    public IReadOnlyList<OutgoingMessage> Sent => _sent;

    /// <summary>Scores requests; returns their scores.</summary>
    public Task<IReadOnlyList<Score>> ScoreAsync(params IEnumerable<ScoreRequest> requests) =>
        ScoreInAsync([.. requests.Select(r => (3, r))]);

    /// <summary>The same, each request in a partition.</summary>
    public async Task<IReadOnlyList<Score>> ScoreInAsync(params (int Partition, ScoreRequest Request)[] requests)
    {
        _sent.Clear();
        await Handler.HandleAsync(
            [.. requests.Select((r, i) => In(r.Partition, Requests.Record(r.Request, i)))], TestContext.Current.CancellationToken);
        return [.. _sent.Select(m => Wire.ReadScore(m.Value))];
    }

    private static ConsumeResult<byte[], byte[]> In(int partition, ConsumeResult<byte[], byte[]> record)
    {
        record.Partition = partition;
        return record;
    }

    public void Dispose()
    {
        Slot.Dispose();
        Redis.Dispose();
        _kafka.Dispose();
        Models.Dispose();
    }

    private Task Keep(IReadOnlyList<OutgoingMessage> messages)
    {
        _sent.AddRange(messages.Select(m => m with { Value = [.. m.Value] }));
        return Task.CompletedTask;
    }
}

/// <summary>Copies of the test models that read texts, each with a vocabulary of letters.</summary>
internal sealed class FusedModels : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("jianwei-fused-").FullName;

    public FusedModels()
    {
        foreach (var version in (string[])["1", "2"])
        {
            FusedPackage.Write(_root, version);
        }
    }

    public ModelStore Store => new(_root);

    public string Of(string version) => Path.Combine(_root, "fused", version);

    public ModelPackage Load(string version) => Load(version, ModelFolder.Contract);

    public ModelPackage Load(string version, FeatureContract? contract) => ModelPackage.Load(Of(version), contract, InferenceDevice.Cpu());

    public void EditManifest(string version, Action<JsonNode> edit)
    {
        var path = Path.Combine(Of(version), "manifest.json");
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        edit(json);
        File.WriteAllText(path, json.ToJsonString());
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
