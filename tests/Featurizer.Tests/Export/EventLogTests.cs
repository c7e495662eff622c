using Confluent.Kafka;
using Jianwei.Core.Contracts;
using Jianwei.Core.Kafka;
using Jianwei.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Jianwei.Featurizer.Export;

public sealed class EventLogTests
{
    [Fact]
    public async Task Log_GivesEveryCompaniesEventsInOrderAndStepsOverWhatIsNoEvent()
    {
        var stop = TestContext.Current.CancellationToken;
        using var broker = MockKafka.Start();
        using var kafka = new KafkaClients(
            Options.Create(new KafkaOptions { BootstrapServers = broker.Bootstrap }),
            TimeProvider.System, NullLogger<KafkaClients>.Instance);
        await kafka.EnsureTopicsAsync(stop);
        var log = ExportLog.Random(3, 200);
        using (var producer = kafka.Producer().Build())
        {
            foreach (var (i, e) in log.Index())
            {
                await producer.ProduceAsync(
                    kafka.Topics.Events,
                    new() { Key = System.Text.Encoding.UTF8.GetBytes(e.CompanyId), Value = i == 50 ? "junk"u8.ToArray() : Wire.Write(e) },
                    stop);
            }
        }

        var read = await new EventLog(kafka, new(kafka)).ReadAsync(stop).ToListAsync(stop);

        log.RemoveAt(50);
        Assert.Equal(
            log.ToLookup(e => e.CompanyId, e => e.EventId).OrderBy(g => g.Key),
            read.ToLookup(e => e.CompanyId, e => e.EventId).OrderBy(g => g.Key));
    }
}
