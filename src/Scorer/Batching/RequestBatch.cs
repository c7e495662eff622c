using System.Numerics;
using Confluent.Kafka;
using Jianwei.Scorer.Inference;

namespace Jianwei.Scorer.Batching;

/// <summary>
/// The rows of one batch: requests that will be scored and their feature matrix, in the order in which they came. Reused.
/// </summary>
internal sealed class RequestBatch
{
    private readonly RequestReader _reader;
    private readonly Coalescer _coalescer;
    private RequestRow[] _rows = [];

    /// <param name="reader">Knows the catalogue.</param>
    /// <param name="mode">What stands for what.</param>
    /// <param name="width">Features of a row.</param>
    public RequestBatch(RequestReader reader, CoalesceMode mode, int width)
    {
        _reader = reader;
        _coalescer = new Coalescer(mode);
        Matrix = new FeatureMatrix(1, width);
    }

    public FeatureMatrix Matrix { get; private set; }

    public int Count { get; private set; }

    public int Capacity => _rows.Length;

    /// <summary>Requests that another request of the batch stood for.</summary>
    public int Coalesced { get; private set; }

    public Span<RequestRow> Rows => _rows.AsSpan(0, Count);

    /// <summary>Makes room for as many requests in an empty batch.</summary>
    public void EnsureCapacity(int requests)
    {
        if (_rows.Length < requests)
        {
            _rows = new RequestRow[(int)BitOperations.RoundUpToPowerOf2((uint)requests)];
            _coalescer.EnsureCapacity(_rows.Length);
            // One row more: a request is decoded into the next free row before it is known whether it is kept.
            Matrix = new FeatureMatrix(_rows.Length + 1, Matrix.Width);
        }
    }

    /// <summary>Reads a record's message into the next row, or drops it as coalesced.</summary>
    /// <returns>Why the message is refused, or null.</returns>
    public Refusal? Add(ConsumeResult<byte[], byte[]> record, int source)
    {
        var row = new RequestRow { Source = source };
        if (_reader.Read(record.Message.Value ?? [], ref row, Matrix.Row(Count)) is { } refusal)
        {
            return refusal;
        }

        // The request's key is the company id, unless somebody else wrote it.
        row.Key = row.CompanyId.SequenceEqual(record.Message.Key) ? record.Message.Key : row.CompanyId.ToArray();
        row.Hash = _coalescer.Hash(row);
        row.IsOutcome = _coalescer.IsOutcome(row);
        var place = _coalescer.Place(Rows, row);
        if (place < 0)
        {
            Coalesced++;
        }
        else if (place == Count)
        {
            _rows[Count++] = row;
        }
        else
        {
            Replace(place, row);
        }

        return null;
    }

    /// <summary>Empties the batch and lets go of its messages.</summary>
    public void Clear()
    {
        _rows.AsSpan(0, Count).Clear();
        _coalescer.Clear();
        (Count, Coalesced) = (0, 0);
    }

    private void Replace(int place, in RequestRow row)
    {
        Matrix.Row(Count).CopyTo(Matrix.Row(place));
        _rows[place] = row;
        Coalesced++;
    }
}
