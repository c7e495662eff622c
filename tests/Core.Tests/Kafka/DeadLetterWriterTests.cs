using Confluent.Kafka;
using Jianwei.Core.Contracts;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Jianwei.Core.Kafka;

public sealed class DeadLetterWriterTests
{
    [Theory]
    [InlineData(0, 65_000)]
    [InlineData(60_000, 60_000)]
    [InlineData(65_000, 0)]
    public void Letter_FitsIntoAMessageWhateverWasRefused(int keySize, int valueSize)
    {
        var options = new KafkaOptions { BootstrapServers = "localhost:1", MessageSizeLimit = 65_536 };
        using var kafka = new KafkaClients(Options.Create(options), TimeProvider.System, NullLogger<KafkaClients>.Instance);
        var record = new ConsumeResult<byte[], byte[]>
        {
            Topic = "filings", Partition = 3, Offset = 7, Message = new() { Key = new byte[keySize], Value = new byte[valueSize] },
        };

        var message = new DeadLetterWriter(kafka, TimeProvider.System).Refuse("ingest", "not_json", "not JSON", record);

        Assert.InRange(message.Value.Length + message.Key.Length, 1, options.MessageSizeLimit - 1_024);
        var letter = Wire.ReadDeadLetter(message.Value);
        Assert.Equal(keySize > 1_024, letter.Detail.Contains($"key of {keySize} bytes cut to 1024", StringComparison.Ordinal));
        Assert.StartsWith("not JSON", letter.Detail, StringComparison.Ordinal);
    }
}
