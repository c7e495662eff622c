using Confluent.Kafka;
using Dapper;
using Jianwei.Servers;
using Npgsql;
using StackExchange.Redis;

namespace Jianwei.Core.Servers;

/// <summary>Each server that the tests use starts, answers, and (where it stores something) comes back with its data.</summary>
public sealed class ServersTests
{
    [Fact]
    public async Task Redis_KeepsWhatItAcknowledgedOverARestart()
    {
        await using var redis = await RedisServer.StartAsync("--appendfsync", "always");
        using (var first = await ConnectionMultiplexer.ConnectAsync(redis.Configuration))
            await first.GetDatabase().StringSetAsync("key", "value");

        await redis.RestartAsync();

        using var second = await ConnectionMultiplexer.ConnectAsync(redis.Configuration);
        Assert.Equal("value", await second.GetDatabase().StringGetAsync("key"));
    }

    [Fact]
    public async Task Postgres_KeepsWhatItCommittedOverARestart()
    {
        await using var postgres = await PostgresServer.StartAsync();
        await using (var first = new NpgsqlConnection(postgres.ConnectionString))
            await first.ExecuteAsync("CREATE TABLE t AS SELECT 42 AS x");

        await postgres.RestartAsync();

        await using var second = new NpgsqlConnection(postgres.ConnectionString + ";Pooling=false");
        Assert.Equal(42, await second.ExecuteScalarAsync<int>("SELECT x FROM t"));
    }

    [Fact]
    public async Task Postgres_GivesEachTestADatabaseOfItsOwn()
    {
        var postgres = await PostgresServer.SharedAsync();
        Assert.NotEqual(await postgres.CreateDatabaseAsync(), await postgres.CreateDatabaseAsync());
    }

    [Fact]
    public async Task RabbitMq_AnswersInAmqp()
    {
        var rabbit = await RabbitMqServer.SharedAsync();
        using var client = new System.Net.Sockets.TcpClient("127.0.0.1", rabbit.Port);
        var stream = client.GetStream();
        await stream.WriteAsync("AMQP\0\0\u0009\u0001"u8.ToArray());
        var header = new byte[7];
        await stream.ReadExactlyAsync(header);
        Assert.Equal(1, header[0]); // a method frame: Connection.Start
    }

    [Fact]
    public async Task Kafka_CarriesAMessage()
    {
        var kafka = await KafkaServer.SharedAsync();
        await CarryAsync(kafka.Bootstrap, await kafka.CreateTopicAsync("smoke"));
    }

    [Fact]
    public async Task MockKafka_CarriesAMessage()
    {
        using var kafka = MockKafka.Start();
        await CarryAsync(kafka.Bootstrap, "smoke");
    }

    private static async Task CarryAsync(string bootstrap, string topic)
    {
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = bootstrap }).Build();
        await producer.ProduceAsync(topic, new() { Key = "FR-SIREN:732829320", Value = "hello" });

        var settings = new ConsumerConfig { BootstrapServers = bootstrap, GroupId = "smoke", AutoOffsetReset = AutoOffsetReset.Earliest };
        using var consumer = new ConsumerBuilder<string, string>(settings).Build();
        consumer.Subscribe(topic);
        Assert.Equal("hello", consumer.Consume(TimeSpan.FromSeconds(20))?.Message.Value);
        consumer.Close();
    }
}
