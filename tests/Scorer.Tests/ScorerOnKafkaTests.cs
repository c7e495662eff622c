using System.Text;
using Confluent.Kafka;
using Jianwei.Core.Contracts;
using Jianwei.Core.Failures;
using Jianwei.Core.Hosting;
using Jianwei.Core.Kafka;
using Jianwei.Scorer.Fixtures;
using Jianwei.Scorer.Packages;
using Jianwei.Scorer.Swap;
using Jianwei.Scorer.Telemetry;
using Jianwei.Servers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jianwei.Scorer;

/// <summary>The stage as the program wires it, on a mock cluster.</summary>
public sealed class ScorerOnKafkaTests : IDisposable
{
    private const int Requested = 3_000;

    private readonly ModelFolder _models = new();
    private readonly MockKafka _kafka = MockKafka.Start();

    public void Dispose()
    {
        _kafka.Dispose();
        _models.Dispose();
    }

    [Fact]
    public async Task Stage_ScoresEveryRequestOverASwapAndPutsPoisonAside()
    {
        _models.Point("1");
        using var host = Build(("Scorer:Shadow:Rows", "500"), ("Scorer:Batching:BatchSizeLimit", "64"));
        EnsureTopics(host);
        await host.StartAsync(TestContext.Current.CancellationToken);

        await SendAsync(host, 0, Requested / 2);
        Assert.Equal(Requested / 2, Read(host, "t.scores", Requested / 2).Count);
        _models.Store.Promote(new ModelId("tiny", "2"), ModelFolder.Contract);
        host.Services.GetServices<IHostedService>().OfType<ModelWatcher>().Single().Look();
        await SendAsync(host, Requested / 2, Requested);

        var scores = Read(host, "t.scores", Requested).ConvertAll(r => Wire.ReadScore(r.Message.Value));
        Assert.Equal(Enumerable.Range(0, Requested).Select(i => (long)i), scores.Select(s => s.StateVersion).Order());
        Assert.Equal(["tiny/1", "tiny/2"], scores.Select(s => s.Model).Distinct().Order());
        Assert.Equal(["not_json", "not_json"], Read(host, "t.dead-letters", 2).Select(r => Wire.ReadDeadLetter(r.Message.Value).Reason));
        var latency = host.Services.GetRequiredService<ScoreLatency>();
        Assert.Equal(Requested, latency.Count);
        Assert.True(latency.Percentile(0.99) < TimeSpan.FromMinutes(1));
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Stage_DoesNotStartWithoutAModel()
    {
        using var host = Build();

        var wrong = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.StartsWith(
            $"Scorer:Model '' in Models:Directory '{_models.Root}': {_models.Root}/tiny/CURRENT: expected the version",
            wrong.Message);
    }

    [Fact]
    public async Task Stage_DoesNotStartWithADeviceThatIsMissing()
    {
        _models.Point("1");
        using var host = Build(("Scorer:Device", "cuda:63"));

        var fatal = await Assert.ThrowsAsync<FatalException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.StartsWith("Scorer:Device is 'cuda:63', and it cannot serve: ", fatal.Message);
    }

    private IHost Build(params (string Name, string Value)[] settings)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Kafka:BootstrapServers"] = _kafka.Bootstrap,
            ["Kafka:Prefix"] = "t.",
            ["Redis:Configuration"] = "localhost:1", // required by the core, not used here
            ["Models:Directory"] = _models.Root,
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value)));
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft.Extensions.Hosting", LogLevel.None).AddSimpleConsole();
        builder.Services.AddJianweiCore().AddScorer();
        return builder.Build();
    }

    private static void EnsureTopics(IHost host)
    {
        var kafka = host.Services.GetRequiredService<KafkaClients>();
        using var admin = kafka.Admin();
        // The mock cluster makes a topic when it is asked for it.
        foreach (var topic in kafka.Topics.All)
        {
            admin.GetMetadata(topic, TimeSpan.FromSeconds(5));
        }
    }

    private static Task SendAsync(IHost host, int from, int to)
    {
        var now = TimeProvider.System.GetUtcNow();
        var requests = Enumerable.Range(from, to - from)
            .Select(i => new OutgoingMessage(
                "t.score-requests", $"C:{i % 50}", Wire.Write(Requests.Of($"C:{i % 50}", i) with { AcceptedTime = now })));
        return host.Services.GetRequiredService<AckedProducer>().SendAsync(
            [.. requests, new OutgoingMessage("t.score-requests", "C:0", Encoding.UTF8.GetBytes("nonsense"))],
            TestContext.Current.CancellationToken);
    }

    private static List<ConsumeResult<byte[], byte[]>> Read(IHost host, string topic, int count)
    {
        using var consumer = host.Services.GetRequiredService<KafkaClients>().Consumer($"test-{Guid.NewGuid():N}").Build();
        consumer.Subscribe(topic);
        var found = new List<ConsumeResult<byte[], byte[]>>();
        for (var patience = 0; found.Count < count && patience < 300;)
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is { } record)
            {
                found.Add(record);
            }
            else
            {
                patience++;
            }
        }

        consumer.Close();
        return found;
    }
}
