using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Dapper;
using Jianwei.App.Hosting;
using Jianwei.Core.Kafka;
using Jianwei.Core.Sql;
using Jianwei.Featurizer;
using Jianwei.Featurizer.State;
using Jianwei.Ingest.Replay;
using Jianwei.Scorer.Packages;
using Jianwei.Scorer.Telemetry;
using Jianwei.Simulator.Truth;
using Npgsql;
using Spectre.Console;

namespace Jianwei.App.Demo;

/// <summary>
/// The main job on one stream: all stages in this process on a mock Kafka, a portfolio of all the file's companies, one
/// subscription with a webhook, and the file replayed as fast as the stages follow.
/// </summary>
internal sealed class DemoRun(DemoData data, IReadOnlyDictionary<string, string?> settings, bool headless)
{
    // The mock cluster keeps at most 5 MB in each of its four partitions, and a message has up to 1.5 KB.
    private const long LagLimit = 5_000;
    private const int Shown = 20;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan DeliveryPatience = TimeSpan.FromMinutes(2);
    private readonly TimeProvider time = TimeProvider.System;

    /// <param name="after">Called at the end, while the program still runs.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<DemoSummary> RunAsync(Func<string, IReadOnlyList<JsonNode>, DemoSummary, Task> after, CancellationToken cancellation)
    {
        using var kafka = new MockCluster();
        var builder = JianweiHost.Builder(Settings(kafka), LogLevel.Error);
        await using var app = builder.AddRoles(Roles.All & ~Roles.Sweeper).BuildApplication(Roles.All);
        await app.StartStagesAsync(cancellation);
        await app.Services.GetRequiredService<Schema>().ReadyAsync(cancellation);
        var secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        await using var webhook = await WebhookSink.StartAsync(secret, cancellation);
        using var client = new DemoClient(app.Urls.First());
        var companies = data.Companies(cancellation);
        var portfolio = await client.MakePortfolioAsync($"demo {data.Name}", companies, cancellation);
        await client.SubscribeAsync(portfolio, "watch", webhook.Url, secret, cancellation);
        Say($"portfolio 'demo {data.Name}' with {companies.Count:N0} companies; webhook {webhook.Url}; API {app.Urls.First()}");

        var view = new DemoView(
            app.Services.GetRequiredService<FeaturizerMetrics>(), app.Services.GetRequiredService<ScoreLatency>(),
            client, portfolio, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, app.Lifetime.ApplicationStopping);
        var replay = ReplayAsync(app.Services, view, stop.Token);
        try
        {
            await ShowAsync(view, replay, stop.Token);
        }
        catch
        {
            // The replay uses what is disposed next.
            await stop.CancelAsync();
            await ((Task)replay).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        var sent = await replay;
        await DeliveredAsync(app.Services, stop.Token);
        var lead = await LeadTimeAsync(client, portfolio, stop.Token);
        var summary = await SummaryAsync(app.Services, portfolio, sent, webhook, lead, stop.Token);
        await after(app.Urls.First(), await client.AlertsAsync(portfolio, Shown, stop.Token), summary);
        await app.StopAsync(CancellationToken.None);
        return summary;
    }

    private Dictionary<string, string?> Settings(MockCluster kafka)
    {
        var all = new Dictionary<string, string?>
        {
            ["Kafka:BootstrapServers"] = kafka.Bootstrap,
            ["Redis:Prefix"] = $"demo-{Guid.NewGuid():N}"[..13],
            ["Scorer:Model"] = data.Model,
            ["Api:Url"] = "http://127.0.0.1:0",

            // A whole register in a minute: patience with a slow machine costs little.
            ["Ingest:Batching:MergeWait"] = "00:00:02",
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        return all;
    }

    private async Task<ReplayProgress> ReplayAsync(IServiceProvider services, DemoView view, CancellationToken cancellation)
    {
        var replayer = ActivatorUtilities.CreateInstance<Replayer>(services);
        var options = new ReplayOptions
        {
            Format = data.Format, Path = data.Path, LagLimit = LagLimit, Drain = true,
            PositionFolder = Path.Combine(Path.GetTempPath(), $"jianwei-demo-{Environment.ProcessId}"),
        };
        try
        {
            return await replayer.RunAsync(options, view, cancellation);
        }
        finally
        {
            if (Directory.Exists(options.PositionFolder))
            {
                Directory.Delete(options.PositionFolder, recursive: true);
            }
        }
    }

    private async Task ShowAsync(DemoView view, Task replay, CancellationToken cancellation)
    {
        if (headless)
        {
            while (await Task.WhenAny(replay, Task.Delay(Tick * 4, time, cancellation)) != replay)
            {
                cancellation.ThrowIfCancellationRequested();
                Say(view.Line());
            }

            return;
        }

        await AnsiConsole.Live(view.Table()).AutoClear(true).StartAsync(async live =>
        {
            while (await Task.WhenAny(replay, Task.Delay(Tick, time, cancellation)) != replay)
            {
                cancellation.ThrowIfCancellationRequested();
                await view.LookAsync(cancellation);
                live.UpdateTarget(view.Table());
            }
        });
    }

    private async Task DeliveredAsync(IServiceProvider services, CancellationToken cancellation)
    {
        var source = services.GetRequiredService<NpgsqlDataSource>();
        var started = time.GetTimestamp();
        while (time.GetElapsedTime(started) < DeliveryPatience)
        {
            await using var connection = await source.OpenConnectionAsync(cancellation);
            if (await connection.ExecuteScalarAsync<long>("select count(*) from deliveries where finished_at is null") == 0)
            {
                return;
            }

            await Task.Delay(Tick, time, cancellation);
        }
    }

    private async Task<LeadTimes?> LeadTimeAsync(DemoClient client, long portfolio, CancellationToken cancellation)
    {
        if (data.World is not { } world)
        {
            return null;
        }

        var rises = new List<(string, DateTimeOffset)>();
        await foreach (var alert in client.AllAlertsAsync(portfolio, cancellation))
        {
            if (LeadTimes.Warns(alert["rule"]!.GetValue<string>(), alert["resolution"]?.GetValue<string>()))
            {
                rises.Add((alert["company"]!["id"]!.GetValue<string>(), alert["as_of"]!.GetValue<DateTimeOffset>()));
            }
        }

        return LeadTimes.Of(rises, KnownDefaults.Read(world));
    }

    private async Task<DemoSummary> SummaryAsync(
        IServiceProvider services, long portfolio, ReplayProgress sent,
        WebhookSink webhook, LeadTimes? lead, CancellationToken cancellation)
    {
        var (metrics, latency, kafka) = (
            services.GetRequiredService<FeaturizerMetrics>(),
            services.GetRequiredService<ScoreLatency>(),
            services.GetRequiredService<KafkaClients>());
        var letters = new TopicReader(kafka).Watermarks(kafka.Topics.DeadLetters).Sum(w => w.High);
        await using var connection = await services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(cancellation);
        var alerts = await connection.ExecuteScalarAsync<long>(
            "select count(*) from alerts join subscriptions using (subscription_id) where portfolio_id = @portfolio", new { portfolio });
        var model = await connection.ExecuteScalarAsync<string?>(
            "select model from scores join portfolio_members using (company_id) where portfolio_id = @portfolio limit 1",
            new { portfolio });
        var manifest = services.GetRequiredService<ModelStore>().List().FirstOrDefault(entry => entry.Id == model)?.Manifest;
        return new(
            sent.Sent, metrics.Total(Applied.Yes), metrics.Total(Applied.Duplicate), letters, latency.Count, alerts, webhook.Received,
            Round(latency.Percentile(0.5)), Round(latency.Percentile(0.99)), metrics.Total(Applied.Expired),
            model ?? "none", manifest?.Predicts() ?? "nothing", manifest?.Bands ?? [], data.Name, lead);
    }

    private static double Round(TimeSpan span) => Math.Round(span.TotalMilliseconds, 1);

    private void Say(string line) => Console.Error.WriteLine(line);
}
