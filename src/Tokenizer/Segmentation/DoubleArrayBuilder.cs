namespace Jianwei.Tokenizer.Segmentation;

/// <summary>
/// Places the nodes of a <see cref="DoubleArrayTrie"/>: depth first, each node's children at the first place where all of them fit.
/// </summary>
internal sealed class DoubleArrayBuilder
{
    // From where on so little is free that looking there again is not worth it.
    private const double Dense = 0.95;

    private readonly IReadOnlyList<string> keys;
    private readonly ushort[] codes;
    private readonly int units;
    private readonly int[] order;
    private DoubleArrayTrie.Node[] nodes = [];
    private int firstFree = 1;

    public DoubleArrayBuilder(IReadOnlyList<string> keys, ushort[] codes, int units)
    {
        (this.keys, this.codes, this.units) = (keys, codes, units);
        order = [.. Enumerable.Range(0, keys.Count)];
        Array.Sort(order, (a, b) => string.CompareOrdinal(keys[a], keys[b]));
    }

    public DoubleArrayTrie.Node[] Build()
    {
        Grow(units + 2);
        nodes[DoubleArrayTrie.Root].Parent = -2;
        var work = new Stack<Range>();
        work.Push(new(DoubleArrayTrie.Root, 0, keys.Count, 0));
        var children = new List<Range>();
        while (work.TryPop(out var range))
        {
            Children(range, children);
            if (children.Count > 0)
            {
                var offset = Fit(children);
                nodes[range.Node].Base = offset;
                foreach (var child in children)
                {
                    var node = offset + CodeOf(child);
                    nodes[node].Parent = range.Node;
                    work.Push(child with { Node = node });
                }
            }
        }

        var last = Array.FindLastIndex(nodes, n => n.Parent != -1);
        return nodes[..(last + 1)];
    }

    // Keys from Low to High share their first Depth units and end at or below Node.
    private readonly record struct Range(int Node, int Low, int High, int Depth);

    private void Children(Range range, List<Range> children)
    {
        children.Clear();
        var low = range.Low;
        if (low < range.High && keys[order[low]].Length == range.Depth)
        {
            nodes[range.Node].Value = order[low++];
        }

        while (low < range.High)
        {
            var high = low + 1;
            while (high < range.High && keys[order[high]][range.Depth] == keys[order[low]][range.Depth])
            {
                high++;
            }

            children.Add(new(0, low, high, range.Depth + 1));
            low = high;
        }
    }

    private int CodeOf(Range child) => codes[keys[order[child.Low]][child.Depth - 1]];

    private int Fit(List<Range> children)
    {
        var first = CodeOf(children[0]);
        var place = Math.Max(firstFree, first + 1);
        for (int taken = 0, begin = place; ; place++)
        {
            Grow(place - first + units + 2);
            if (nodes[place].Parent != -1)
            {
                taken++;
                continue;
            }

            if (taken == 0)
            {
                (firstFree, begin) = (place, place);
            }

            if (children.TrueForAll(child => nodes[place - first + CodeOf(child)].Parent == -1))
            {
                if (taken > Dense * (place - begin + 1))
                {
                    firstFree = place;
                }

                return place - first;
            }
        }
    }

    private void Grow(int size)
    {
        if (size > nodes.Length)
        {
            var old = nodes.Length;
            Array.Resize(ref nodes, Math.Max(size, nodes.Length * 2));
            nodes.AsSpan(old).Fill(new(0, -1, DoubleArrayTrie.None));
        }
    }
}
