using System.Text.Json;
using Confluent.Kafka;
using Jianwei.Core.Contracts;
using Jianwei.Core.Kafka;

namespace Jianwei.Ingest.DeadLetters;

/// <summary>Reads topic <c>dead-letters</c> and sends letters back to where they came from.</summary>
public sealed class DeadLetterTopic(KafkaClients kafka, AckedProducer producer)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>The letters that the topic holds now, partition by partition, oldest first.</summary>
    /// <exception cref="KafkaException">The brokers cannot be reached.</exception>
    public IEnumerable<StoredDeadLetter> Read(CancellationToken cancellation)
    {
        using var consumer = Consumer();
        for (var partition = 0; partition < kafka.PartitionCount(kafka.Topics.DeadLetters); partition++)
        {
            var where = new TopicPartition(kafka.Topics.DeadLetters, partition);
            var ends = consumer.EndsOf(where, Timeout, kafka.Time);
            if (ends.High > ends.Low)
            {
                consumer.Assign(new TopicPartitionOffset(where, ends.Low));
                foreach (var record in Until(consumer, ends.High, cancellation))
                {
                    yield return Stored(record);
                }
            }
        }
    }

    /// <summary>One letter; null where there is none at that place.</summary>
    /// <exception cref="KafkaException">The brokers cannot be reached.</exception>
    public StoredDeadLetter? Find(DeadLetterId id, CancellationToken cancellation)
    {
        if (id.Partition >= kafka.PartitionCount(kafka.Topics.DeadLetters))
        {
            return null;
        }

        using var consumer = Consumer();
        var where = new TopicPartition(kafka.Topics.DeadLetters, id.Partition);
        var ends = consumer.EndsOf(where, Timeout, kafka.Time);
        if (id.Offset < ends.Low || id.Offset >= ends.High)
        {
            return null;
        }

        consumer.Assign(new TopicPartitionOffset(where, id.Offset));
        return Until(consumer, id.Offset + 1, cancellation).Select(Stored).FirstOrDefault();
    }

    /// <summary>Sends letters to their original topics under their original keys; ids that an event had are kept, so twice is
    /// once.</summary>
    /// <param name="letters">What to send.</param>
    /// <param name="edited">Bytes that replace those of the one letter; null sends the originals.</param>
    /// <param name="cancellation">Stops waiting for acknowledgements.</param>
    /// <exception cref="ArgumentException">Edited bytes for more than one letter, or a letter whose bytes were cut.</exception>
    public async Task<int> RedriveAsync(IReadOnlyList<StoredDeadLetter> letters, byte[]? edited, CancellationToken cancellation)
    {
        if (edited is not null && letters.Count != 1)
        {
            throw new ArgumentException($"an edited message replaces one dead letter, and {letters.Count} are chosen");
        }

        if (edited is null && letters.FirstOrDefault(l => l.Letter.Detail.Contains(" bytes cut to ", StringComparison.Ordinal)) is { } cut)
        {
            throw new ArgumentException($"dead letter {cut.Id} holds only the start of its message; redrive it with --edit FILE");
        }

        var messages = letters.Select(l =>
            new OutgoingMessage(l.Letter.Topic, l.Letter.Key ?? [], edited ?? l.Letter.Value));
        await producer.SendAsync([.. messages], cancellation);
        return letters.Count;
    }

    private IConsumer<byte[], byte[]> Consumer() =>
        kafka.Consumer(kafka.Group("dead-letters-reader")).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();

    private static IEnumerable<ConsumeResult<byte[], byte[]>> Until(
        IConsumer<byte[], byte[]> consumer, long end, CancellationToken cancellation)
    {
        for (long next = 0; next < end;)
        {
            var record = consumer.Consume(cancellation);
            next = record.Offset.Value + 1;
            yield return record;
        }
    }

    private static StoredDeadLetter Stored(ConsumeResult<byte[], byte[]> record)
    {
        var id = new DeadLetterId(record.Partition.Value, record.Offset.Value);
        try
        {
            return new(id, Wire.ReadDeadLetter(record.Message.Value));
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"record {id} of {record.Topic} is not a dead letter: {e.Message}", e);
        }
    }
}
