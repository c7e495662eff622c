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

    private const int KeyLimit = 1_024;
    private const int DetailLimit = 2_000;

    // Base64 grows bytes by a third; the rest is room for the other fields.
    private readonly int valueLimit = (int)(kafka.Options.MessageSizeLimit * 0.7) - 4_096;

    /// <summary>Counts none of each yet: a rate of a counter that is not there until it counts misses its first step.</summary>
    public static void Expect(string stage, IEnumerable<string> reasons)
    {
        foreach (var reason in reasons)
        {
            Refused.Add(0, new("stage", stage), new("reason", reason));
        }
    }

    /// <summary>
    /// The message for <c>dead-letters</c>. What would not fit into a message is cut, and the detail says so: a letter can always be sent.
    /// </summary>
    public OutgoingMessage Refuse(string stage, string reason, string detail, ConsumeResult<byte[], byte[]> record)
    {
        Refused.Add(1, new("stage", stage), new("reason", reason));
        var value = record.Message.Value;
        var key = record.Message.Key;
        var note = Cut("original", value?.Length, valueLimit) + Cut("key", key?.Length, KeyLimit);
        var letter = new DeadLetter
        {
            Stage = stage,
            Reason = reason,
            Detail = (detail.Length > DetailLimit ? detail[..DetailLimit] + "…" : detail) + note,
            Topic = record.Topic,
            Partition = record.Partition.Value,
            Offset = record.Offset.Value,
            Key = key is { Length: > KeyLimit } ? key[..KeyLimit] : key,
            Value = value is null ? [] : value.Length > valueLimit ? value[..valueLimit] : value,
            RefusedTime = time.GetUtcNow(),
        };
        return new(kafka.Topics.DeadLetters, $"{record.Topic}/{record.Partition.Value}/{record.Offset.Value}", Wire.Write(letter));
    }

    private static string Cut(string what, int? length, int limit) => length > limit ? $" ({what} of {length} bytes cut to {limit})" : "";
}
