using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Jianwei.Servers;

/// <summary>One Apache Kafka broker (KRaft). Topics do not create themselves. Starts in about four seconds.</summary>
public sealed class KafkaServer : LocalServer
{
    private static readonly Lazy<Task<KafkaServer>> Shared = new(StartAsync);

    private KafkaServer()
        : base("kafka", [])
    {
    }

    /// <summary>The bootstrap servers.</summary>
    public string Bootstrap => Address;

    /// <summary>A broker for one test.</summary>
    public static async Task<KafkaServer> StartAsync()
    {
        await Require.ServerAsync("kafka");
        var server = new KafkaServer();
        await server.LaunchAsync();
        return server;
    }

    /// <summary>The broker that all tests of this process share; each creates topics of its own.</summary>
    public static Task<KafkaServer> SharedAsync() => Shared.Value;

    /// <summary>Creates a topic named after <paramref name="prefix"/> that no other test has, and returns its name.</summary>
    public async Task<string> CreateTopicAsync(string prefix, int partitions = 4)
    {
        var name = $"{prefix}-{Guid.NewGuid():N}";
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Bootstrap }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = name, NumPartitions = partitions, ReplicationFactor = 1 }]);
        return name;
    }
}
