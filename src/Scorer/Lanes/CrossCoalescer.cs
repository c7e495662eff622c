using System.Numerics;
using System.Text;
using Jianwei.Scorer.Batching;

namespace Jianwei.Scorer.Lanes;

/// <summary>
/// Coalesces what came in two lanes of a batch, as <see cref="Coalescer"/> does within one: so the number of lanes changes
/// nothing but the time it takes. Lanes seldom meet, so first their hashes are looked at, and only then who it is.
/// </summary>
internal sealed class CrossCoalescer(CoalesceMode mode)
{
    private readonly Dictionary<(string Company, long Version), (int Lane, int Row)> _held = [];
    private int[] _hashes = []; // open addressing, at most half full; 0 is free

    /// <summary>Marks rows that an earlier lane's row stands for; that row becomes the newest where that is the mode.</summary>
    /// <returns>How many were marked.</returns>
    public int Drop(ReadOnlySpan<Lane> lanes) => lanes.Length > 1 && MayMeet(lanes) ? DropKnown(lanes) : 0;

    private bool MayMeet(ReadOnlySpan<Lane> lanes)
    {
        Empty(lanes);
        var mask = _hashes.Length - 1;
        foreach (var lane in lanes)
        {
            foreach (ref readonly var row in lane.Requests.Rows)
            {
                var hash = row.Hash == 0 ? 1 : row.Hash;
                var slot = hash & mask;
                for (; _hashes[slot] != 0; slot = (slot + 1) & mask)
                {
                    if (_hashes[slot] == hash)
                    {
                        return true;
                    }
                }

                _hashes[slot] = hash;
            }
        }

        return false;
    }

    private void Empty(ReadOnlySpan<Lane> lanes)
    {
        var rows = 0;
        foreach (var lane in lanes)
        {
            rows += lane.Requests.Count;
        }

        if (_hashes.Length < 2 * rows)
        {
            _hashes = new int[(int)BitOperations.RoundUpToPowerOf2((uint)(2 * rows))];
        }
        else
        {
            Array.Clear(_hashes);
        }
    }

    private int DropKnown(ReadOnlySpan<Lane> lanes)
    {
        _held.Clear();
        var dropped = 0;
        for (var lane = 0; lane < lanes.Length; lane++)
        {
            var rows = lanes[lane].Requests.Rows;
            for (var i = 0; i < rows.Length; i++)
            {
                if (!_held.TryAdd(Identity(rows[i]), (lane, i)))
                {
                    var (heldLane, heldRow) = _held[Identity(rows[i])];
                    ref var held = ref lanes[heldLane].Requests.Rows[heldRow];
                    if (held.IsOutcome && held.StateVersion < rows[i].StateVersion)
                    {
                        _held[Identity(rows[i])] = (lane, i);
                        continue;
                    }

                    Drop(ref rows[i], ref held);
                    dropped++;
                }
            }
        }

        return dropped;
    }

    private void Drop(ref RequestRow row, ref RequestRow held)
    {
        if (mode == CoalesceMode.Latest && held.StateVersion < row.StateVersion)
        {
            held = row;
        }

        row.Dropped = true;
    }

    private (string Company, long Version) Identity(in RequestRow row) =>
        (Encoding.UTF8.GetString(row.Key), mode == CoalesceMode.Exact ? row.StateVersion : 0);
}
