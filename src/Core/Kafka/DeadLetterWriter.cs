using System.Diagnostics.Metrics;
using Confluent.Kafka;
using Jianwei.Core.Contracts;
using Jianwei.Core.Telemetry;

namespace Jianwei.Core.Kafka;

/// <summary>Makes dead letters of records that a stage refuses, and counts them by stage and reason.</summary>
public sealed class DeadLetterWriter(KafkaClients kafka, TimeProvider time)
{
    private static readonly Counter<long> Refused =
        JianweiMeter.Instance.CreateCounter<long>("jianwei_dead_letters_total", description: "Records refused, by stage and reason.");

    // Keys of ours are company ids; another producer's may be anything.
    private const int KeyLimit = 1_024;

    // Base64 grows bytes by a third; the rest is room for the other fields.
    private readonly int valueLimit = (int)(kafka.Options.MessageSizeLimit * 0.7) - 4_096;

    /// <summary>The message for <c>dead-letters</c>. Original bytes beyond what a message can hold, and a very long key, are cut, and the detail says so.</summary>
    public OutgoingMessage Refuse(string stage, string reason, string detail, ConsumeResult<byte[], byte[]> record)
    {
        Refused.Add(1, new("stage", stage), new("reason", reason));
        var value = record.Message.Value ?? [];
        var cut = value.Length > valueLimit;
        var key = record.Message.Key;
        if (key?.Length > KeyLimit)
        {
            (detail, key) = ($"{detail} (key of {key.Length} bytes cut to {KeyLimit})", key[..KeyLimit]);
        }

        var letter = new DeadLetter
        {
            Stage = stage,
            Reason = reason,
            Detail = cut ? $"{detail} (original of {value.Length} bytes cut to {valueLimit})" : detail,
            Topic = record.Topic,
            Partition = record.Partition.Value,
            Offset = record.Offset.Value,
            Key = key,
            Value = cut ? value[..valueLimit] : value,
            RefusedTime = time.GetUtcNow(),
        };
        return new(kafka.Topics.DeadLetters, $"{record.Topic}/{record.Partition.Value}/{record.Offset.Value}", Wire.Write(letter));
    }
}
