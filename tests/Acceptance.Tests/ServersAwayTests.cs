using System.Net;
using System.Text.Json.Nodes;
using Jianwei.Acceptance.Harness;
using Jianwei.Servers;
using StackExchange.Redis;

namespace Jianwei.Acceptance;

/// <summary>A server that goes away is named in <c>/ready</c>, waited for, and nothing is lost by it.</summary>
[Trait("Length", "long")]
public sealed class ServersAwayTests
{
    [Fact]
    public async Task Redis_StoppedAndFlushed_LosesNothing()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var installation = (await Installation.CreateAsync(redis: redis)).WithSmallBatches(50);
        await using var program = installation.Run();
        await installation.SubscribeAsync(program, Sample.Companies);
        await using var replay = installation.Start("replay", Sample.Source, "--max-lag", "200", "--json");
        await installation.SomeEventsAsync(200, replay);

        await redis.KillAsync();
        var sentence = await program.ReadyAsync(HttpStatusCode.ServiceUnavailable, $"Redis at {redis.Address}");
        Assert.Contains("Redis:Configuration", sentence, StringComparison.Ordinal);
        await redis.RestartAsync();
        await program.ReadyAsync();
        await installation.SomeEventsAsync(200, replay);

        await FlushAsync(redis);
        await FinishAsync(installation, replay, program);
    }

    [Fact]
    public async Task Redis_FlushedWhileNothingComes_IsMadeAnewFromTheLog()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var installation = await Installation.CreateAsync(redis: redis);
        await using var program = installation.Run();
        await installation.DoAsync("replay", Sample.Source, "--drain", "--json");
        var before = await installation.VerifyAsync();

        await FlushAsync(redis);
        await program.StopAsync();
        await using var again = installation.Run();

        // Each partition is made anew when its next message comes, so send it one each; a replay knows all of them already.
        await installation.DoAsync("replay", Sample.Source, "--drain", "--json");
        var after = await installation.VerifyAsync();
        Assert.Equal(before["companies"]!.GetValue<long>(), after["companies"]!.GetValue<long>());
    }

    [Fact]
    public async Task Postgres_StoppedAndStarted_LosesNothing()
    {
        await using var postgres = await PostgresServer.StartAsync();
        await using var installation = (await Installation.CreateAsync(postgres: postgres)).WithSmallBatches(50);
        await using var program = installation.Run();
        await installation.SubscribeAsync(program, Sample.Companies);
        await using var replay = installation.Start("replay", Sample.Source, "--max-lag", "200", "--json");
        await installation.SomeEventsAsync(200, replay);

        await postgres.KillAsync();
        var sentence = await program.ReadyAsync(HttpStatusCode.ServiceUnavailable);
        Assert.NotEqual("Reachable", JsonNode.Parse(sentence)!["parts"]!["postgres"]!.GetValue<string>());
        await Task.Delay(2_000);
        await postgres.RestartAsync();
        await program.ReadyAsync();

        await FinishAsync(installation, replay, program);
    }

    [Fact]
    public async Task Kafka_KilledAndStarted_LosesNothing()
    {
        await using var kafka = await KafkaServer.StartAsync();
        await using var installation = (await Installation.CreateAsync(kafka)).WithSmallBatches(50);
        await using var program = installation.Run();
        await installation.SubscribeAsync(program, Sample.Companies);
        await using var replay = installation.Start("replay", Sample.Source, "--max-lag", "200", "--json");
        await installation.SomeEventsAsync(200, replay);

        await kafka.KillAsync();
        await program.ReadyAsync(HttpStatusCode.ServiceUnavailable, $"Kafka at {kafka.Bootstrap} (Kafka:BootstrapServers)");
        await kafka.RestartAsync();
        await program.ReadyAsync();

        await FinishAsync(installation, replay, program);
    }

    [Fact]
    public async Task Servers_AwayAtTheStart_AreNamedAndWaitedFor()
    {
        await using var kafka = await KafkaServer.StartAsync();
        await using var redis = await RedisServer.StartAsync();
        await using var postgres = await PostgresServer.StartAsync();
        await using var installation = await Installation.CreateAsync(kafka, redis, postgres);
        await Task.WhenAll(kafka.KillAsync(), redis.KillAsync(), postgres.KillAsync());
        await using var program = installation.Run();

        await program.SaysAsync($"Kafka at {kafka.Bootstrap} (Kafka:BootstrapServers)");
        await program.SaysAsync("Postgres:ConnectionString");
        await program.ReadyAsync(HttpStatusCode.ServiceUnavailable, $"Kafka at {kafka.Bootstrap} (Kafka:BootstrapServers)");
        await program.ReadyAsync(HttpStatusCode.ServiceUnavailable, $"Redis at {redis.Address} (Redis:Configuration)");
        await Task.WhenAll(kafka.RestartAsync(), redis.RestartAsync(), postgres.RestartAsync());
        await program.ReadyAsync();
        await installation.SubscribeAsync(program, Sample.Companies);
        await using var replay = installation.Start("replay", Sample.Source, "--json");

        await FinishAsync(installation, replay, program);
    }

    [Fact]
    public async Task Events_MadeAnewWhileRedisHoldsTheOld_EndsWithCodeThreeAndASentence()
    {
        await using var installation = await Installation.CreateAsync();
        await using (var program = installation.Run())
        {
            await installation.DoAsync("replay", Sample.Source, "--drain", "--json");
            Assert.Equal(0, await program.StopAsync());
        }

        var topic = installation.Kafka.Topics.Events;
        using (var admin = installation.Kafka.Admin())
        {
            await admin.DeleteTopicsAsync([topic]);
            await Until.TrueAsync(
                () => admin.GetMetadata(TimeSpan.FromSeconds(5)).Topics.All(t => t.Topic != topic),
                () => "the topic is gone",
                20);
        }

        await using var again = installation.Run();
        await again.ReadyAsync();
        await using var replay = installation.Start("replay", Sample.Source, "--limit", "50", "--stages", "none", "--json");

        Assert.Equal(3, await again.ExitAsync(60));
        Assert.Contains($"Topic {topic}, partition", again.Errors, StringComparison.Ordinal);
        Assert.Contains("Redis:Prefix", again.Errors, StringComparison.Ordinal);
    }

    // A server that has just started may take its time.
    private static async Task FlushAsync(RedisServer redis)
    {
        using var connection = await ConnectionMultiplexer.ConnectAsync($"{redis.Configuration},connectTimeout=60000,syncTimeout=60000");
        await connection.GetServer(connection.GetEndPoints()[0]).FlushAllDatabasesAsync();
    }

    private static async Task FinishAsync(Installation installation, JianweiProcess replay, JianweiProcess program)
    {
        Assert.Equal(0, await replay.ExitAsync(100, () => $"{installation.Lag()}\n{program.Errors}"));
        await installation.DrainAsync();
        await installation.AssertAsUndisturbedAsync();
        Assert.Equal(0, await program.StopAsync());
    }
}
