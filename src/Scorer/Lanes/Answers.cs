using Jianwei.Core.Kafka;

namespace Jianwei.Scorer.Lanes;

/// <summary>
/// What a batch gives: at most one message a record, at the record's place. So lanes write side by side, and what is sent
/// stands in the order of the requests whatever their number.
/// </summary>
internal sealed class Answers
{
    private OutgoingMessage[] _messages = [];
    private int _places;

    /// <summary>Empties it and makes room for as many records.</summary>
    public void Clear(int records)
    {
        _messages.AsSpan(0, _places).Clear();
        if (_messages.Length < records)
        {
            _messages = new OutgoingMessage[records];
        }

        _places = records;
    }

    public void Set(int place, in OutgoingMessage message) => _messages[place] = message;

    /// <summary>The messages without the gaps; good until it is emptied.</summary>
    public IReadOnlyList<OutgoingMessage> Collect()
    {
        var count = 0;
        for (var place = 0; place < _places; place++)
        {
            if (_messages[place].Value is null)
            {
                continue;
            }

            if (count < place)
            {
                (_messages[count], _messages[place]) = (_messages[place], default);
            }

            count++;
        }

        return new ArraySegment<OutgoingMessage>(_messages, 0, count);
    }
}
