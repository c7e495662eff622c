using Confluent.Kafka;
using Jianwei.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Jianwei.Core.Kafka;

public sealed class BacklogTests
{
    [Fact]
    public async Task Backlog_CountsFromTheCommittedOffsetOrTheBeginning()
    {
        using var mock = MockKafka.Start();
        using var kafka = new KafkaClients(
            Options.Create(new KafkaOptions { BootstrapServers = mock.Bootstrap }),
            TimeProvider.System, NullLogger<KafkaClients>.Instance);
        await kafka.EnsureTopicsAsync(TestContext.Current.CancellationToken);
        using (var producer = kafka.Producer().Build())
        {
            await Task.WhenAll(Enumerable.Range(0, 30)
                .Select(i => producer.ProduceAsync(new TopicPartition(kafka.Topics.Events, i % 3), new() { Key = [], Value = [1] })));
        }

        using var consumer = kafka.Consumer("backlog").Build();
        consumer.Commit([new(kafka.Topics.Events, 1, 4)]);
        consumer.Assign(Enumerable.Range(0, 4).Select(p => new TopicPartition(kafka.Topics.Events, p)));
        var backlog = new Backlog(consumer);

        Assert.Equal(10 + 6 + 10, backlog.Count(1, new Dictionary<TopicPartition, Offset>(), ask: false));
        Assert.Equal(
            10 + 6 + 1,
            backlog.Count(1, new Dictionary<TopicPartition, Offset> { [new(kafka.Topics.Events, 2)] = 9 }, ask: false));

        consumer.Commit([new(kafka.Topics.Events, 1, 8)]);
        Assert.Equal(10 + 6 + 10, backlog.Count(1, new Dictionary<TopicPartition, Offset>(), ask: true));
        Assert.Equal(10 + 2 + 10, backlog.Count(2, new Dictionary<TopicPartition, Offset>(), ask: true));
    }
}
