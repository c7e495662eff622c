using System.Text;
using Confluent.Kafka;
using Jianwei.Core.Contracts;
using Jianwei.Core.Hosting;
using Jianwei.Core.Kafka;
using Jianwei.Servers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jianwei.Ingest;

/// <summary>The running stage on a mock cluster and a database of its own.</summary>
internal sealed class IngestStage : IAsyncDisposable
{
    private readonly MockKafka mock = MockKafka.Start();
    private IHost host = null!;

    public IServiceProvider Services => host.Services;

    public KafkaClients Kafka => Services.GetRequiredService<KafkaClients>();

    public NpgsqlDataSource Database => Services.GetRequiredService<NpgsqlDataSource>();

    public static async Task<IngestStage> StartAsync(params (string Name, string Value)[] settings)
    {
        var postgres = await PostgresServer.SharedAsync();
        var stage = new IngestStage();
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Kafka:BootstrapServers"] = stage.mock.Bootstrap,
            ["Kafka:Prefix"] = "t.",
            ["Redis:Configuration"] = "localhost:1", // required by the core, not used here
            ["Postgres:ConnectionString"] = await postgres.CreateDatabaseAsync(),
            ["Ingest:AliasRefreshInterval"] = "00:00:00.1",
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value)));
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole();
        builder.Services.AddJianweiCore().AddIngest(builder.Configuration).AddSingleton<Replay.Replayer>();
        stage.host = builder.Build();
        using (var admin = stage.Kafka.Admin())
        {
            // The mock cluster makes a topic when it is asked for it.
            foreach (var topic in stage.Kafka.Topics.All)
                admin.GetMetadata(topic, TimeSpan.FromSeconds(5));
        }

        await stage.host.StartAsync();
        return stage;
    }

    public Task SendAsync(string topic, params string[] messages) => SendAsync(topic, [.. messages.Select(Encoding.UTF8.GetBytes)]);

    public Task SendAsync(string topic, params byte[][] messages) =>
        Services.GetRequiredService<AckedProducer>()
            .SendAsync([.. messages.Select(m => new OutgoingMessage("t." + topic, "one", m))], default);

    public IReadOnlyList<CompanyEvent> Events(int count) => Read(Kafka.Topics.Events, count, r => Wire.ReadEvent(r.Message.Value));

    public IReadOnlyList<DeadLetter> DeadLetters(int count) =>
        Read(Kafka.Topics.DeadLetters, count, r => Wire.ReadDeadLetter(r.Message.Value));

    /// <summary>The first so many messages of a topic, as read from its start; fewer where they do not come in time.</summary>
    public List<T> Read<T>(string topic, int count, Func<ConsumeResult<byte[], byte[]>, T> read)
    {
        using var consumer = Kafka.Consumer($"test-{Guid.NewGuid():N}").Build();
        consumer.Subscribe(topic);
        var found = new List<T>();
        for (var patience = 0; found.Count < count && patience < 150;)
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is { } record)
                found.Add(read(record));
            else
                patience++;
        }

        consumer.Close();
        return found;
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
        mock.Dispose();
    }
}
