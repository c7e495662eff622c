using Confluent.Kafka;
using Jianwei.Core.Kafka;
using Jianwei.Scorer.Batching;

namespace Jianwei.Scorer.Lanes;

/// <summary>What the lanes' parts of a batch come to: the messages to send, in the order of the requests.</summary>
internal sealed class LaneMerge(CoalesceMode mode, string scores, DeadLetterWriter deadLetters)
{
    private const string Stage = "scorer";

    private readonly CrossCoalescer _across = new(mode);
    private readonly List<OutgoingMessage> _messages = [];

    /// <summary>Dead letters of what could not be read, then scores.</summary>
    public IReadOnlyList<OutgoingMessage> Messages => _messages;

    /// <summary>Requests that another request of the batch stood for.</summary>
    public int Coalesced { get; private set; }

    /// <summary>Puts the lanes' parts, which follow each other in the batch, together.</summary>
    public void Take(ReadOnlySpan<Lane> lanes, string model, IReadOnlyList<ConsumeResult<byte[], byte[]>> batch)
    {
        _messages.Clear();
        Coalesced = _across.Drop(lanes);
        foreach (var lane in lanes)
        {
            Coalesced += lane.Requests.Coalesced;
            foreach (var (source, refusal) in lane.Refused)
            {
                _messages.Add(Refuse(refusal, batch[source]));
            }
        }

        foreach (var lane in lanes)
        {
            foreach (ref readonly var row in lane.Requests.Rows)
            {
                if (!row.Dropped)
                {
                    _messages.Add(row.Score is { } score
                        ? new OutgoingMessage(scores, row.Key, score)
                        : Refuse(NotFinite(model), batch[row.Source]));
                }
            }
        }
    }

    private OutgoingMessage Refuse(Refusal refusal, ConsumeResult<byte[], byte[]> record) =>
        deadLetters.Refuse(Stage, refusal.Reason, refusal.Detail, record);

    private static Refusal NotFinite(string model) =>
        new(Refusal.ScoreNotFinite, $"the score of model {model}: expected a number, found NaN");
}
