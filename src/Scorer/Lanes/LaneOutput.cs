using Confluent.Kafka;
using Jianwei.Core.Kafka;
using Jianwei.Scorer.Batching;

namespace Jianwei.Scorer.Lanes;

/// <summary>How scores and refusals become messages; shared by the lanes.</summary>
internal sealed class LaneOutput(string scores, DeadLetterWriter deadLetters)
{
    private const string Stage = "scorer";

    /// <summary>A score's message. Its key is the company id, which the request's key is too, unless somebody else wrote it.</summary>
    public OutgoingMessage Score(in RequestRow row, byte[] score, ConsumeResult<byte[], byte[]> record) =>
        new(scores, row.CompanyId.SequenceEqual(record.Message.Key) ? record.Message.Key : row.CompanyId.ToArray(), score);

    public OutgoingMessage Refuse(Refusal refusal, ConsumeResult<byte[], byte[]> record) =>
        deadLetters.Refuse(Stage, refusal.Reason, refusal.Detail, record);
}
