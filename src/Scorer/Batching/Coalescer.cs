namespace Jianwei.Scorer.Batching;

/// <summary>
/// Decides, request by request, which row of a batch a company's request takes. Rows carry their <see cref="Hash"/>.
/// Emptied between batches.
/// </summary>
internal sealed class Coalescer(CoalesceMode mode)
{
    // Open addressing, at most half full: 0 is free, else a row's index + 1. What a row holds is compared in place.
    private int[] _table = [];

    public void Clear() => Array.Clear(_table);

    /// <summary>Makes room for a power of two of rows in an empty table.</summary>
    public void EnsureCapacity(int rows) => _table = new int[2 * rows];

    /// <summary>What a row is found by, of its key and (in exact mode) version.</summary>
    public int Hash(in RequestRow request)
    {
        var hash = default(HashCode);
        hash.AddBytes(request.Key);
        hash.Add(mode == CoalesceMode.Exact ? request.StateVersion : 0);
        return hash.ToHashCode();
    }

    /// <summary>
    /// The row for a request: the next after <paramref name="rows"/>, an earlier one that it replaces, or -1 where it is dropped.
    /// </summary>
    public int Place(ReadOnlySpan<RequestRow> rows, in RequestRow request)
    {
        var mask = _table.Length - 1;
        var slot = request.Hash & mask;
        for (; _table[slot] > 0; slot = (slot + 1) & mask)
        {
            var row = _table[slot] - 1;
            if (StandsFor(rows[row], request))
            {
                return mode == CoalesceMode.Exact || rows[row].StateVersion >= request.StateVersion ? -1 : row;
            }
        }

        _table[slot] = rows.Length + 1;
        return rows.Length;
    }

    /// <summary>Whether a request must be scored though newer ones follow; never asked for where every version is.</summary>
    public bool IsOutcome(in RequestRow request) =>
        mode == CoalesceMode.Latest && request.Message.AsSpan(request.Tail).IndexOf("\"type\":\"outcome."u8) >= 0;

    // A newer request takes the row behind an outcome's.
    private bool StandsFor(in RequestRow held, in RequestRow request) =>
        (held.StateVersion == request.StateVersion || (mode == CoalesceMode.Latest && !held.IsOutcome))
        && held.Key.AsSpan().SequenceEqual(request.Key);
}
