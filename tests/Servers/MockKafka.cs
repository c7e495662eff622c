using Confluent.Kafka;

namespace Jianwei.Servers;

/// <summary>
/// librdkafka's mock cluster inside this process: needs no server, starts at once, and knows groups and transactions.
/// Topics create themselves, with four partitions; it has no admin API, and keeps 5 MB or 100,000 messages a partition.
/// </summary>
public sealed class MockKafka : IDisposable
{
    private readonly IProducer<Null, Null> _owner;

    private MockKafka(IProducer<Null, Null> owner, string bootstrap)
    {
        _owner = owner;
        Bootstrap = bootstrap;
    }

    /// <summary>The bootstrap servers; any client of this machine can connect while the cluster lives.</summary>
    public string Bootstrap { get; }

    /// <summary>Starts a cluster of that many brokers.</summary>
    public static MockKafka Start(int brokers = 1)
    {
        var owner = new ProducerBuilder<Null, Null>(new Dictionary<string, string> { ["test.mock.num.brokers"] = $"{brokers}" })
            .SetLogHandler((_, _) => { })
            .Build();
        using var admin = new DependentAdminClientBuilder(owner.Handle).Build();
        var metadata = admin.GetMetadata(TimeSpan.FromSeconds(10));
        return new MockKafka(owner, string.Join(',', metadata.Brokers.Select(b => $"{b.Host}:{b.Port}")));
    }

    /// <summary>Ends the cluster and drops its messages.</summary>
    public void Dispose() => _owner.Dispose();
}
