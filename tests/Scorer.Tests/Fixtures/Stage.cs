using Jianwei.Core.Contracts;
using Jianwei.Core.Kafka;
using Jianwei.Scorer.Batching;
using Jianwei.Scorer.Inference;
using Jianwei.Scorer.Packages;
using Jianwei.Scorer.Swap;
using Jianwei.Scorer.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Jianwei.Scorer.Fixtures;

/// <summary>A handler over the test models with everything it sent kept in memory: the stage without Kafka.</summary>
internal sealed class Stage : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<OutgoingMessage> _sent = [];
    private readonly KafkaClients _kafka;

    public Stage(
        string version = "1", CoalesceMode coalesce = CoalesceMode.Exact, int batchSizeLimit = 1_000,
        ShadowOptions? shadow = null, int lanes = 1)
    {
        Models.Point(version);
        var kafka = new KafkaOptions { BootstrapServers = "nowhere:1", Prefix = "t." };
        _kafka = new KafkaClients(Options.Create(kafka), Time, NullLogger<KafkaClients>.Instance);
        Slot = new ModelSlot(
            Options.Create(new ScorerOptions { Lanes = lanes }), Options.Create(shadow ?? new ShadowOptions()), Time, Log.For<ModelSlot>());
        Slot.Serve(Models.Store.Load(new ModelId("tiny", version), ModelFolder.Contract, InferenceDevice.Cpu()));
        Handler = new ScorerHandler(
            Slot, SendAsync, new DeadLetterWriter(_kafka, Time), kafka.Topics, coalesce, batchSizeLimit, Latency, Time);
        Watcher = new ModelWatcher(
            Models.Store, Slot, InferenceDevice.Cpu(), Options.Create(new ScorerOptions { Model = "tiny" }),
            Time, Log.For<ModelWatcher>(), ModelFolder.Contract);
    }

    public ModelFolder Models { get; } = new();

    public ManualTime Time { get; } = new();

    public LogLines Log { get; } = new();

    public ScoreLatency Latency { get; } = new();

    public ModelSlot Slot { get; }

    public ModelWatcher Watcher { get; }

    public ScorerHandler Handler { get; }

    /// <summary>When set, sending fails with it once.</summary>
    public Exception? SendFailure { get; set; }

    public IReadOnlyList<Score> Scores => [.. Sent("t.scores").Select(m => Wire.ReadScore(m.Value))];

    public IReadOnlyList<DeadLetter> DeadLetters => [.. Sent("t.dead-letters").Select(m => Wire.ReadDeadLetter(m.Value))];

    public Task HandleAsync(params IEnumerable<ScoreRequest> requests) =>
        Handler.HandleAsync([.. requests.Select((request, i) => Requests.Record(request, i))], TestContext.Current.CancellationToken);

    public Task HandleAsync(IEnumerable<byte[]> messages) =>
        Handler.HandleAsync(Requests.Batch(messages), TestContext.Current.CancellationToken);

    public IReadOnlyList<OutgoingMessage> Sent(string topic) => [.. Sent().Where(m => m.Topic == topic)];

    public IReadOnlyList<OutgoingMessage> Sent()
    {
        lock (_gate)
        {
            return [.. _sent];
        }
    }

    public void Dispose()
    {
        Watcher.Dispose();
        Slot.Dispose();
        _kafka.Dispose();
        Models.Dispose();
    }

    private Task SendAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation)
    {
        if (SendFailure is { } failure)
        {
            SendFailure = null;
            return Task.FromException(failure);
        }

        lock (_gate)
        {
            // Their values are used again.
            _sent.AddRange(messages.Select(m => m with { Value = [.. m.Value] }));
        }

        return Task.CompletedTask;
    }
}
