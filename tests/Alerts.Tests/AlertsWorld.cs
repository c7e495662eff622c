using System.Text;
using Confluent.Kafka;
using Dapper;
using Jianwei.Alerts.Models;
using Jianwei.Alerts.Raising;
using Jianwei.Alerts.Scores;
using Jianwei.Alerts.Shifts;
using Jianwei.Core.Contracts;
using Jianwei.Core.Features;
using Jianwei.Core.Kafka;
using Jianwei.Core.Models;
using Jianwei.Core.Reasons;
using Jianwei.Core.Sql;
using Jianwei.Servers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jianwei.Alerts.Tests;

/// <summary>A migrated database of its own, a model folder, a mock Kafka for dead letters, and handlers over them.</summary>
public sealed class AlertsWorld : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);
    public static readonly FeatureCatalogue Catalogue =
        FeatureCatalogue.Load(Path.Combine(Repository.Root, "schemas/features/catalogue.json"));

    private readonly MockKafka kafka = MockKafka.Start();
    private readonly KafkaClients clients;
    private readonly AckedProducer producer;

    private AlertsWorld(string connectionString)
    {
        ConnectionString = connectionString;
        Source = NpgsqlDataSource.Create(connectionString + ";Include Error Detail=true");
        clients = new(
            Options.Create(new KafkaOptions { BootstrapServers = kafka.Bootstrap }),
            TimeProvider.System, NullLogger<KafkaClients>.Instance);
        producer = new(clients, TimeProvider.System);
    }

    public string ConnectionString { get; }

    public NpgsqlDataSource Source { get; }

    public string Bootstrap => kafka.Bootstrap;

    public KafkaClients Clients => clients;

    public string Models { get; } = Directory.CreateTempSubdirectory("jianwei-models-").FullName;

    public static async Task<AlertsWorld> StartAsync(PostgresServer? server = null)
    {
        var world = new AlertsWorld(await (server ?? await PostgresServer.SharedAsync()).CreateDatabaseAsync());
        await new Migrator(world.Source, Migration.Embedded).ApplyAsync(TestContext.Current.CancellationToken);
        world.AddModel("m/1");
        return world;
    }

    /// <summary>Bands low, watch (0.10/0.06), high (0.30/0.20).</summary>
    public void AddModel(string id)
    {
        var parts = id.Split('/');
        var manifest = new ModelManifest
        {
            Name = parts[0], Version = parts[1], Target = "test", HorizonDays = 365,
            Catalogue = Catalogue.Hash, FeatureCount = Catalogue.Count,
            Graph = new("m.onnx", "features", "logit"), Calibration = new(1, 0),
            Bands = [new("low"), new("watch", 0.10, 0.06), new("high", 0.30, 0.20)], Files = new Dictionary<string, string>(),
        };
        Directory.CreateDirectory(Path.Combine(Models, id));
        File.WriteAllBytes(Path.Combine(Models, id, "manifest.json"), manifest.ToJson());
    }

    public AlertsHandler Handler(
        int cache = 100_000, ILogger<AlertsHandler>? log = null, FeatureCatalogue? catalogue = null, IShiftExplainer? explainer = null)
    {
        var options = Options.Create(new AlertsOptions { StateCacheSize = cache });
        var schema = new Schema(Source, Options.Create(new PostgresOptions()), NullLogger<Schema>.Instance);
        return new(
            schema, new(Source, new(catalogue ?? Catalogue, options, TimeProvider.System, explainer)), new(Source),
            new(Options.Create(new ModelOptions { Directory = Models })), new(clients, TimeProvider.System), producer, TimeProvider.System,
            options, Options.Create(new ShiftOptions()), log ?? NullLogger<AlertsHandler>.Instance);
    }

    /// <summary>A portfolio with members and one subscription; returns the subscription's id.</summary>
    public async Task<long> SubscribeAsync(
        string[] companies, string? minimumBand = null, double minimumJump = 0,
        string channel = "console", string? url = null, string? secret = null)
    {
        await using var connection = await Source.OpenConnectionAsync();
        var portfolio = await connection.ExecuteScalarAsync<long>(
            "insert into portfolios (name) values (@name) returning portfolio_id",
            new { name = $"p-{Guid.NewGuid():N}" });
        await connection.ExecuteAsync(
            "insert into portfolio_members (portfolio_id, company_id) select @portfolio, unnest(@companies)",
            new { portfolio, companies });
        return await connection.ExecuteScalarAsync<long>(
            """
            insert into subscriptions (portfolio_id, name, minimum_band, minimum_jump, channel, url, secret)
            values (@portfolio, 's', @minimumBand, @minimumJump, @channel, @url, @secret) returning subscription_id
            """,
            new { portfolio, minimumBand, minimumJump, channel, url, secret });
    }

    public static Score Score(
        string company, long version, double day, double probability, string model = "m/1", bool tick = false, float feature = 0)
    {
        var features = new byte[Catalogue.Count * sizeof(float)];
        BitConverter.TryWriteBytes(features, feature);
        var at = Start.AddDays(day);
        return new()
        {
            CompanyId = company, CompanyName = $"Company {company}", StateVersion = version, AsOf = at,
            ProbabilityOfDefault = probability, LogOdds = Math.Log(probability / (1 - probability)), Band = "low", Model = model,
            Catalogue = Catalogue.Hash, Features = features,
            Event = tick ? null : new()
            {
                EventId = $"{version:x16}", Type = EventType.FilingCourtJudgment, EventTime = at, ObservedTime = at,
                Source = "test", SourceEventId = $"{company}-{version}", Summary = $"court judgment no. {version}, 判决",
            },
        };
    }

    /// <summary>The same score, caused by a report of an outcome that took effect on its day, or on another.</summary>
    public static Score Reporting(Score score, EventType kind, double? day = null) => score with
    {
        Event = score.Event! with
        {
            Type = kind, EventTime = day is { } other ? Start.AddDays(other) : score.AsOf, Summary = EventTypes.Name(kind)
        },
    };

    public static List<ConsumeResult<byte[], byte[]>> Batch(params IEnumerable<Score> scores) =>
        [.. scores.Select((s, i) => Record(Wire.Write(s), i))];

    public static ConsumeResult<byte[], byte[]> Record(byte[] value, long offset = 0) => new()
    {
        Topic = "scores", Partition = 0, Offset = offset, Message = new() { Key = Encoding.UTF8.GetBytes("k"), Value = value },
    };

    /// <summary>Rows of a query, each as text, for comparison.</summary>
    public async Task<string[]> RowsAsync(string sql)
    {
        await using var connection = await Source.OpenConnectionAsync();
        return [.. (await connection.QueryAsync<string>($"select row_to_json(t)::text from ({sql}) t"))];
    }

    public async Task<long> CountAsync(string table)
    {
        await using var connection = await Source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>($"select count(*) from {table}");
    }

    public async ValueTask DisposeAsync()
    {
        producer.Dispose();
        kafka.Dispose();
        await Source.DisposeAsync();
        Directory.Delete(Models, true);
    }
}
