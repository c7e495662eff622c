using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Jianwei.Core.Kafka;

public sealed class KafkaClientsTests
{
    [Fact]
    public void Events_AreKeptForEver()
    {
        using var kafka = new KafkaClients(
            Options.Create(new KafkaOptions { BootstrapServers = "localhost:1", Prefix = "p." }),
            TimeProvider.System, NullLogger<KafkaClients>.Instance);

        var events = kafka.Specification("p.events");
        Assert.Equal(("-1", "-1"), (events.Configs["retention.ms"], events.Configs["retention.bytes"]));
        Assert.False(kafka.Specification("p.scores").Configs.ContainsKey("retention.ms"));
        Assert.All([events, kafka.Specification("p.scores")], topic => Assert.Equal("16777216", topic.Configs["max.message.bytes"]));
    }
}
