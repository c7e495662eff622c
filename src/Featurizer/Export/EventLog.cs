using System.Runtime.CompilerServices;
using Jianwei.Core.Contracts;
using Jianwei.Core.Kafka;

namespace Jianwei.Featurizer.Export;

/// <summary>Topic <c>events</c> as an export reads it: partition by partition, since a company's log is in one of them.</summary>
public sealed class EventLog(KafkaClients kafka, TopicReader reader)
{
    /// <summary>Every event up to what is the end now. What the Featurizer refuses is no event here either.</summary>
    public async IAsyncEnumerable<CompanyEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await Task.Yield();
        foreach (var (partition, low, high) in reader.Watermarks(kafka.Topics.Events))
        {
            foreach (var record in reader.Read(partition, low, high, cancellation))
            {
                if (EventReader.TryRead(record.Message, out _) is { } e)
                {
                    yield return e;
                }
            }
        }
    }
}
