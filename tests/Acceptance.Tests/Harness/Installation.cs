using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using Jianwei.Core.Kafka;
using Jianwei.Ingest.Replay;
using Jianwei.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Jianwei.Acceptance.Harness;

/// <summary>One system under test: topics, keys and a database that no other test has, and the settings that lead to them.</summary>
internal sealed class Installation : IAsyncDisposable
{
    public const int Partitions = 4;

    /// <summary>Every stage but the sweeper, whose ticks would depend on when they are made.</summary>
    public static readonly string[] Roles = ["ingest", "featurizer", "scorer", "alerts"];

    private readonly string home = Directory.CreateTempSubdirectory("jianwei-home-").FullName;

    private readonly List<JianweiProcess> started = [];

    private Installation(KafkaServer kafka, RedisServer redis, string database)
    {
        Prefix = $"t{Guid.NewGuid():N}"[..9] + ".";
        Database = database;
        Environment = new()
        {
            ["JIANWEI_HOME"] = home,
            ["JIANWEI_Kafka__BootstrapServers"] = kafka.Bootstrap,
            ["JIANWEI_Kafka__Prefix"] = Prefix,
            ["JIANWEI_Kafka__Partitions"] = Partitions.ToString(CultureInfo.InvariantCulture),
            ["JIANWEI_Kafka__Client__session.timeout.ms"] = "6000",
            ["JIANWEI_Kafka__Client__heartbeat.interval.ms"] = "1000",
            ["JIANWEI_Redis__Configuration"] = redis.Configuration,
            ["JIANWEI_Redis__Prefix"] = Prefix.TrimEnd('.'),
            ["JIANWEI_Postgres__ConnectionString"] = database,
            ["JIANWEI_Api__Url"] = "http://127.0.0.1:0",
        };
        Kafka = new(
            Options.Create(new KafkaOptions { BootstrapServers = kafka.Bootstrap, Prefix = Prefix, Partitions = Partitions }),
            TimeProvider.System, NullLogger<KafkaClients>.Instance);
        foreach (var shared in (string[])["schemas", "models", "samples"])
            Directory.CreateSymbolicLink(Path.Combine(home, shared), Path.Combine(Repository.Root, shared));
    }

    public string Prefix { get; }

    public string Database { get; }

    /// <summary>Settings of every process that is started; a test may change them.</summary>
    public Dictionary<string, string> Environment { get; }

    public KafkaClients Kafka { get; }

    /// <summary>On servers that tests share, or on the test's own where given.</summary>
    public static async Task<Installation> CreateAsync(
        KafkaServer? kafka = null, RedisServer? redis = null, PostgresServer? postgres = null) =>
        new(
            kafka ?? await KafkaServer.SharedAsync(),
            redis ?? await RedisServer.SharedAsync(),
            await (postgres ?? await PostgresServer.SharedAsync()).CreateDatabaseAsync());

    /// <summary>Settings that make many small batches, so that a kill meets every place between two of them.</summary>
    public Installation WithSmallBatches(int size)
    {
        foreach (var stage in (string[])["Ingest", "Featurizer", "Scorer", "Alerts"])
            Environment[$"JIANWEI_{stage}__Batching__BatchSizeLimit"] = size.ToString(CultureInfo.InvariantCulture);
        return this;
    }

    /// <summary>Starts the program with these arguments.</summary>
    public JianweiProcess Start(params string[] arguments)
    {
        var process = new JianweiProcess(Environment, arguments);
        started.Add(process);
        return process;
    }

    /// <summary>Starts stages, all by default.</summary>
    public JianweiProcess Run(params string[] roles) => Start(["run", "--role", .. roles.Length > 0 ? roles : Roles]);

    /// <summary>Runs a verb to its end; it has to succeed. Returns its last line.</summary>
    public async Task<string> DoAsync(params string[] arguments)
    {
        await using var process = Start(arguments);
        var code = await process.ExitAsync(120);
        Assert.True(code == 0, $"{string.Join(' ', arguments)} ended with {code}:\n{process.Output}\n{process.Errors}");
        return process.LastLine;
    }

    /// <summary>A portfolio of these companies with a subscription to everything and one to the watch band and above.</summary>
    public async Task SubscribeAsync(JianweiProcess alerts, IReadOnlyList<string> companies)
    {
        using var http = new HttpClient { BaseAddress = new(await alerts.UrlAsync()) };
        await Until.TrueAsync(
            async () => (await http.GetAsync(new Uri("/api/portfolios", UriKind.Relative))).IsSuccessStatusCode,
            () => $"the API answers; it said:\n{alerts.Errors}",
            60);
        var portfolio = (await PostAsync(http, "/api/portfolios", new { name = "all" }))["id"]!.GetValue<long>();
        await PostAsync(http, $"/api/portfolios/{portfolio}/members", new { company_ids = companies });
        await PostAsync(http, $"/api/portfolios/{portfolio}/subscriptions", new { name = "everything", channel = "console" });
        await PostAsync(
            http, $"/api/portfolios/{portfolio}/subscriptions", new { name = "watch", channel = "console", minimum_band = "watch" });
    }

    /// <summary>Waits until every stage has handled everything.</summary>
    public async Task DrainAsync(int seconds = 120)
    {
        using var lag = new StageLag(Kafka, StageLag.AllStages);
        IReadOnlyDictionary<string, long> behind = new Dictionary<string, long>();
        await Until.TrueAsync(
            async () =>
            {
                behind = await LookAsync(lag) ?? behind;
                return lag.Drained;
            },
            () => $"drained; {string.Join("\n", started.Select(p => p.Errors))}\nbehind: {string.Join(", ", behind.Select(b => $"{b.Key} {b.Value}"))}",
            seconds);
    }

    /// <summary>Runs <c>verify</c>: no company may differ, and nothing of the log may be missing in Redis. Returns its numbers.</summary>
    public async Task<JsonNode> VerifyAsync()
    {
        var found = JsonNode.Parse(await DoAsync("verify"))!;
        Assert.Equal(0, found["different"]!.GetValue<long>());
        Assert.Equal(0, found["behind"]!.GetValue<long>());
        return found;
    }

    /// <summary>The same states, alerts, history and refusals as <see cref="Sample.UndisturbedAsync"/>, and nothing left out.</summary>
    public async Task AssertAsUndisturbedAsync()
    {
        var expected = await Sample.UndisturbedAsync();
        var verified = await VerifyAsync();
        Assert.Equal(expected.Companies, verified["companies"]!.GetValue<long>());
        Outcome.AssertSame(expected.Outcome, await Outcome.OfAsync(this));
    }

    /// <summary>Waits until topic <c>events</c> has grown by some messages, or <paramref name="source"/> has no more.</summary>
    public async Task SomeEventsAsync(int more, JianweiProcess source)
    {
        using var consumer = Kafka.Consumer("look").Build();
        long Events() => Enumerable.Range(0, Partitions)
            .Sum(p => consumer.EndsOf(new(Kafka.Topics.Events, p), TimeSpan.FromSeconds(30), TimeProvider.System).High.Value);
        var before = Events();
        await Until.TrueAsync(
            () => Events() >= before + more || !source.Running,
            () => $"{more} more events than {before}; {Told(Lag)}\n"
                + string.Join("\n--\n", started.TakeLast(3).Select(p => $"running {p.Running}: {Told(() => Gauges(p))}{p.Errors}")),
            150);
    }

    // A server that does not answer is to be read beside the failure, and not instead of it.
    private static string Told(Func<string> part)
    {
        try
        {
            return part();
        }
        catch (Exception e) when (e is KafkaException or HttpRequestException or OperationCanceledException)
        {
            return e.Message;
        }
    }

    // What the stages themselves take for not handled: their lag may be committed late, or messages never have come.
    private static string Gauges(JianweiProcess process) =>
        process.Running && process.Errors.Contains("/metrics", StringComparison.Ordinal)
            ? string.Join(' ', process.GetAsync("/metrics").GetAwaiter().GetResult().Text.Split('\n').Where(l => l.StartsWith("jianwei_stage_lag", StringComparison.Ordinal))) + '\n'
            : "";

    /// <summary>How far each stage is behind, for a person.</summary>
    public string Lag()
    {
        using var lag = new StageLag(Kafka, StageLag.AllStages);
        var behind = string.Join(
            ", ", lag.LookAsync(CancellationToken.None).GetAwaiter().GetResult().Select(b => $"{b.Key} {b.Value} behind"));
        return $"{behind}; {string.Join(", ", Kafka.Topics.All.Select(t => $"{t} {Count(t)}"))}";
    }

    /// <summary>Messages that a topic holds.</summary>
    public long Count(string topic) => new TopicReader(Kafka).Watermarks(topic).Sum(w => w.High);

    /// <summary>All messages of a topic.</summary>
    public List<ConsumeResult<byte[], byte[]>> Read(string topic)
    {
        var reader = new TopicReader(Kafka);
        return [.. reader.Watermarks(topic).SelectMany(w => reader.Read(w.Partition, w.Low, w.High, CancellationToken.None))];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in started)
            await process.DisposeAsync();
        Kafka.Dispose();
        await Task.Run(() => Directory.Delete(home, recursive: true));
    }

    private static async Task<IReadOnlyDictionary<string, long>?> LookAsync(StageLag lag)
    {
        try
        {
            return await lag.LookAsync(CancellationToken.None);
        }
        catch (KafkaException)
        {
            return null;
        }
    }

    private static async Task<JsonNode> PostAsync(HttpClient http, string path, object body)
    {
        using var answer = await http.PostAsJsonAsync(path, body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"POST {path}: {(int)answer.StatusCode} {text}");
        return JsonNode.Parse(text)!;
    }
}
