using Confluent.Kafka;
using Jianwei.Core.Kafka;
using Jianwei.Scorer.Batching;

namespace Jianwei.Scorer.Lanes;

/// <summary>How scores and refusals become messages; shared by the lanes.</summary>
internal sealed class LaneOutput(string scores, DeadLetterWriter deadLetters)
{
    private const string Stage = "scorer";

    public OutgoingMessage Score(string companyId, byte[] score) => new(scores, companyId, score);

    public OutgoingMessage Refuse(Refusal refusal, ConsumeResult<byte[], byte[]> record) =>
        deadLetters.Refuse(Stage, refusal.Reason, refusal.Detail, record);
}
