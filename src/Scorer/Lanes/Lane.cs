using Confluent.Kafka;
using Jianwei.Scorer.Batching;
using Jianwei.Scorer.Inference;
using Jianwei.Scorer.Swap;

namespace Jianwei.Scorer.Lanes;

/// <summary>One of the workers that share a batch: reads its requests, runs the model over them and writes their scores. Used by one thread at a time.</summary>
internal sealed class Lane(RequestBatch requests, LaneOutput output)
{
    private readonly List<int> _places = []; // of its records in the batch
    private readonly ScoreBuffers _buffers = new();
    private Risk[] _risks = [];

    /// <summary>What it scored.</summary>
    public RequestBatch Requests => requests;

    /// <summary>The risks of <see cref="Requests"/>, row by row.</summary>
    public ReadOnlySpan<Risk> Risks => _risks.AsSpan(0, requests.Count);

    /// <summary>Lets go of the last batch; nobody holds its messages any more.</summary>
    public void Clear()
    {
        _places.Clear();
        requests.Clear();
        _buffers.ReturnAll();
    }

    /// <summary>Gives it one record of the batch.</summary>
    public void Take(int place) => _places.Add(place);

    /// <summary>Scores what it was given.</summary>
    public void Score(ModelLane model, IReadOnlyList<ConsumeResult<byte[], byte[]>> batch, Answers answers)
    {
        Read(batch, answers);
        if (requests.Count > 0)
        {
            model.Score(requests.Matrix, _risks.AsSpan(0, requests.Count));
            Write(model, batch, answers);
        }
    }

    private void Read(IReadOnlyList<ConsumeResult<byte[], byte[]>> batch, Answers answers)
    {
        requests.EnsureCapacity(_places.Count);
        if (_risks.Length < requests.Capacity)
        {
            _risks = new Risk[requests.Capacity];
        }

        foreach (var place in _places)
        {
            if (requests.Add(batch[place].Message.Value ?? [], place) is { } refusal)
            {
                answers.Set(place, output.Refuse(refusal, batch[place]));
            }
        }
    }

    private void Write(ModelLane model, IReadOnlyList<ConsumeResult<byte[], byte[]>> batch, Answers answers)
    {
        var rows = requests.Rows;
        for (var i = 0; i < rows.Length; i++)
        {
            ref readonly var row = ref rows[i];
            answers.Set(
                row.Place,
                double.IsFinite(_risks[i].LogOdds)
                    ? output.Score(row, model.Writer.Write(row, _risks[i], _buffers), batch[row.Source])
                    : output.Refuse(NotFinite(model, _risks[i]), batch[row.Source]));
        }
    }

    private static Refusal NotFinite(ModelLane model, in Risk risk) =>
        new(Refusal.ScoreNotFinite, $"the score of model {model.Id}: expected a number, found {risk.LogOdds}");
}
