namespace Jianwei.Scorer.Batching;

/// <summary>
/// Arrays for score messages, each of a message's exact length because Kafka's client takes them whole (and copies them). They
/// are used again for the next batch: new ones, cleared, kept alive for their batch and collected, made lanes wait for each
/// other's collections. Used by one thread at a time.
/// </summary>
internal sealed class ScoreBuffers
{
    private const int LengthLimit = 8_192; // what is longer is left to the collector
    private const int CountLimit = 8_192;

    private readonly Stack<byte[]>?[] _free = new Stack<byte[]>?[LengthLimit + 1]; // by length
    private readonly List<byte[]> _lent = [];
    private int _freeCount;

    /// <summary>An array of that length, its content undefined; it is the caller's until <see cref="ReturnAll"/>.</summary>
    public byte[] Rent(int length)
    {
        if (length > LengthLimit)
        {
            return GC.AllocateUninitializedArray<byte>(length);
        }

        byte[] array;
        if (_free[length] is { Count: > 0 } free)
        {
            array = free.Pop();
            _freeCount--;
        }
        else
        {
            array = GC.AllocateUninitializedArray<byte>(length);
        }

        _lent.Add(array);
        return array;
    }

    /// <summary>Takes back all that was rented.</summary>
    public void ReturnAll()
    {
        if (_freeCount + _lent.Count > CountLimit)
        {
            // Lengths have moved on, or batches are huge: start afresh.
            Array.Clear(_free);
            _freeCount = 0;
            _lent.Clear();
            return;
        }

        foreach (var array in _lent)
        {
            (_free[array.Length] ??= new()).Push(array);
        }

        _freeCount += _lent.Count;
        _lent.Clear();
    }
}
