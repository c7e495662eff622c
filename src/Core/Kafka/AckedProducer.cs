using System.Text;
using Confluent.Kafka;
using Jianwei.Core.Failures;

namespace Jianwei.Core.Kafka;

/// <summary>A message to send.</summary>
/// <param name="Topic">Full name of the topic.</param>
/// <param name="Key">The company id, in UTF-8.</param>
/// <param name="Value">The bytes.</param>
/// <param name="Time">The message's own time, for <see cref="TopicMerge"/>; Kafka's timestamp stays the time of sending,
/// because retention goes by it.</param>
public readonly record struct OutgoingMessage(string Topic, byte[] Key, byte[] Value, DateTimeOffset? Time = null)
{
    /// <summary>A message whose key is at hand as text.</summary>
    public OutgoingMessage(string topic, string key, byte[] value, DateTimeOffset? time = null)
        : this(topic, Encoding.UTF8.GetBytes(key), value, time)
    {
    }
}

/// <summary>Sends batches of messages and returns when every one is acknowledged. Shared by the stages of a process.</summary>
public sealed class AckedProducer : IDisposable
{
    private static readonly TimeSpan FullPause = TimeSpan.FromMilliseconds(5);
    private readonly IProducer<byte[], byte[]> producer;
    private readonly TimeProvider time;
    private readonly int sizeLimit;

    public AckedProducer(KafkaClients kafka, TimeProvider time)
    {
        this.time = time;
        sizeLimit = kafka.Options.MessageSizeLimit;
        producer = kafka.Producer().SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
    }

    /// <summary>Sends the messages; messages of one key keep their order.</summary>
    /// <exception cref="KafkaException">A message was not acknowledged; some may have been: send the batch again.</exception>
    /// <exception cref="PoisonException">A message is larger than <see cref="KafkaOptions.MessageSizeLimit"/>.</exception>
    public async Task SendAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation)
    {
        if (messages.Count == 0)
        {
            return;
        }

        var acknowledged = new Acknowledgements(messages.Count);
        Action<DeliveryReport<byte[], byte[]>> handler = acknowledged.Report;
        for (var i = 0; i < messages.Count;)
        {
            var (topic, key, value, at) = messages[i];
            try
            {
                producer.Produce(topic, new() { Key = key, Value = value, Headers = TopicMerge.Headers(at) }, handler);
                i++;
            }
            catch (ProduceException<byte[], byte[]> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
            {
                await Task.Delay(FullPause, time, cancellation);
            }
            catch (ProduceException<byte[], byte[]> e) when (e.Error.Code == ErrorCode.MsgSizeTooLarge)
            {
                throw new PoisonException(
                    "too_large", $"a message for {topic} has {value.Length} bytes; Kafka:MessageSizeLimit allows {sizeLimit}");
            }
        }

        await acknowledged.Task.WaitAsync(cancellation);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        producer.Flush(TimeSpan.FromSeconds(5));
        producer.Dispose();
    }

    private sealed class Acknowledgements(int count)
    {
        private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int open = count;
        private Error? error;

        public Task Task => done.Task;

        public void Report(DeliveryReport<byte[], byte[]> report)
        {
            if (report.Error.IsError)
            {
                error = report.Error;
            }

            if (Interlocked.Decrement(ref open) > 0)
            {
                return;
            }

            if (error is null)
            {
                done.SetResult();
            }
            else
            {
                done.SetException(new KafkaException(error));
            }
        }
    }
}
