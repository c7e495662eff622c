using Confluent.Kafka;

namespace Jianwei.App.Demo;

/// <summary>
/// librdkafka's own mock cluster: one Kafka broker inside this process, on a loopback port. It speaks the protocol but keeps
/// everything in memory, at most 5 MB a partition.
/// </summary>
internal sealed class MockCluster : IDisposable
{
    private readonly IProducer<Null, Null> owner;

    public MockCluster()
    {
        owner = new ProducerBuilder<Null, Null>(
                new Dictionary<string, string> { ["bootstrap.servers"] = "mock", ["test.mock.num.brokers"] = "1" })
            .SetLogHandler((_, _) => { }).Build();
        using var admin = new DependentAdminClientBuilder(owner.Handle).Build();
        var broker = admin.GetMetadata(TimeSpan.FromSeconds(10)).Brokers[0];
        Bootstrap = $"{broker.Host}:{broker.Port}";
    }

    /// <summary>HOST:PORT for clients.</summary>
    public string Bootstrap { get; }

    /// <inheritdoc/>
    public void Dispose() => owner.Dispose();
}
