using System.Numerics;
using Confluent.Kafka;
using Jianwei.Core.Kafka;
using Jianwei.Scorer.Batching;

namespace Jianwei.Scorer.Lanes;

/// <summary>
/// What the lanes' parts of a batch come to: the messages to send, in the order of the requests. A request that came in two
/// lanes is coalesced here, so that the number of lanes changes nothing but the time it takes.
/// </summary>
internal sealed class LaneMerge(CoalesceMode mode, string scores, DeadLetterWriter deadLetters)
{
    private const string Stage = "scorer";

    private readonly Coalescer _coalescer = new(mode);
    private readonly List<OutgoingMessage> _messages = [];
    private RequestRow[] _rows = [];
    private int _count;

    /// <summary>Dead letters, then scores.</summary>
    public IReadOnlyList<OutgoingMessage> Messages => _messages;

    /// <summary>The requests that were scored.</summary>
    public ReadOnlySpan<RequestRow> Rows => _rows.AsSpan(0, _count);

    /// <summary>Requests that another request of the batch stood for.</summary>
    public int Coalesced { get; private set; }

    /// <summary>Puts the lanes' parts, which follow each other in the batch, together.</summary>
    public void Take(ReadOnlySpan<Lane> lanes, string model, IReadOnlyList<ConsumeResult<byte[], byte[]>> batch)
    {
        Clear(batch.Count);
        foreach (var lane in lanes)
        {
            Coalesced += lane.Requests.Coalesced;
            foreach (ref readonly var row in lane.Requests.Rows)
            {
                Keep(row, alone: lanes.Length == 1);
            }

            foreach (var (source, refusal) in lane.Refused)
            {
                _messages.Add(Refuse(refusal, batch[source]));
            }
        }

        foreach (ref readonly var row in Rows)
        {
            _messages.Add(row.Score is { } score ? new OutgoingMessage(scores, row.Key, score) : Refuse(NotFinite(model), batch[row.Source]));
        }
    }

    private void Clear(int records)
    {
        _messages.Clear();
        _rows.AsSpan(0, _count).Clear();
        _coalescer.Clear();
        (_count, Coalesced) = (0, 0);
        if (_rows.Length < records)
        {
            _rows = new RequestRow[(int)BitOperations.RoundUpToPowerOf2((uint)records)];
            _coalescer.EnsureCapacity(_rows.Length);
        }
    }

    // A lane's own rows are coalesced already.
    private void Keep(in RequestRow row, bool alone)
    {
        var place = alone ? _count : _coalescer.Place(Rows, row);
        if (place < _count)
        {
            Coalesced++;
        }

        if (place >= 0)
        {
            _rows[place] = row;
            _count = Math.Max(_count, place + 1);
        }
    }

    private OutgoingMessage Refuse(Refusal refusal, ConsumeResult<byte[], byte[]> record) => deadLetters.Refuse(Stage, refusal.Reason, refusal.Detail, record);

    private static Refusal NotFinite(string model) => new(Refusal.ScoreNotFinite, $"the score of model {model}: expected a number, found NaN");
}
