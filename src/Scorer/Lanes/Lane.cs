using Confluent.Kafka;
using Jianwei.Scorer.Batching;
using Jianwei.Scorer.Inference;
using Jianwei.Scorer.Swap;
using Jianwei.Scorer.Texts;

namespace Jianwei.Scorer.Lanes;

/// <summary>
/// One of the workers that share a batch: reads requests that stand side by side in it, runs the model over them and writes
/// their scores. It shares nothing that it writes to, not even a cache line. Used by one thread at a time.
/// </summary>
internal sealed class Lane(RequestBatch requests)
{
    private readonly ScoreBuffers _buffers = new();
    private readonly List<(int Source, Refusal Refusal)> _refused = [];
    private Risk[] _risks = [];

    /// <summary>What it scored, each row with its score.</summary>
    public RequestBatch Requests => requests;

    /// <summary>The risks of <see cref="Requests"/>, row by row.</summary>
    public ReadOnlySpan<Risk> Risks => _risks.AsSpan(0, requests.Count);

    /// <summary>What it could not read, by the index of the record.</summary>
    public IReadOnlyList<(int Source, Refusal Refusal)> Refused => _refused;

    /// <summary>Reads the records [first, end) of a batch. Nobody holds the messages of the last one any more.</summary>
    public void Read(IReadOnlyList<ConsumeResult<byte[], byte[]>> batch, int first, int end)
    {
        Clear();
        EnsureCapacity(end - first);
        for (var i = first; i < end; i++)
        {
            if (requests.Add(batch[i], i) is { } refusal)
            {
                _refused.Add((i, refusal));
            }
        }

    }

    /// <summary>Scores what was read.</summary>
    public void Score(ModelLane model, TextVectors? vectors)
    {
        if (requests.Count > 0)
        {
            model.Score(requests.Matrix, requests.Rows, vectors, _risks.AsSpan(0, requests.Count));
            Write(model.Writer);
        }
    }

    private void Clear()
    {
        requests.Clear();
        _refused.Clear();
        _buffers.ReturnAll();
    }

    private void EnsureCapacity(int records)
    {
        requests.EnsureCapacity(records);
        if (_risks.Length < requests.Capacity)
        {
            _risks = new Risk[requests.Capacity];
        }
    }

    private void Write(ScoreWriter writer)
    {
        var rows = requests.Rows;
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i].Score = double.IsFinite(_risks[i].LogOdds) ? writer.Write(rows[i], _risks[i], _buffers) : null;
        }
    }
}
