namespace Jianwei.Tokenizer.Segmentation;

/// <summary>
/// A trie over UTF-16 units in two arrays (Aoe 1989): the child of node n by code c is the node <c>base[n] + c</c> if that
/// one's parent is n. Units are first renumbered densely, so that the arrays stay small; code 0 is a unit that no key holds.
/// </summary>
internal sealed class DoubleArrayTrie
{
    public const int Root = 0;
    public const int None = -1;

    private readonly ushort[] codes = new ushort[0x10000];
    private readonly Node[] nodes;
    private readonly int[] fromRoot; // by code

    /// <param name="keys">Distinct, not empty; the place of a key is its value.</param>
    public DoubleArrayTrie(IReadOnlyList<string> keys)
    {
        foreach (var unit in keys.SelectMany(key => key).Distinct().Order())
        {
            codes[unit] = ++Units;
        }

        nodes = new DoubleArrayBuilder(keys, codes, Units).Build();
        fromRoot = [.. Enumerable.Range(0, Units + 1).Select(code => Next(Root, (ushort)code, out _))];
    }

    /// <summary>Distinct units of the keys.</summary>
    public ushort Units { get; }

    /// <summary>The unit as <see cref="Next(int, ushort, out int)"/> takes it.</summary>
    public ushort CodeOf(char unit) => codes[unit];

    /// <summary>The node after a first unit; <see cref="None"/> where no key begins so.</summary>
    public int First(ushort code) => fromRoot[code];

    /// <summary>The node after one more unit; <see cref="None"/> where no key goes on so.</summary>
    public int Next(int node, char unit) => Next(node, codes[unit], out _);

    /// <summary>The same, with the key that ends there or <see cref="None"/>.</summary>
    public int Next(int node, ushort code, out int value)
    {
        var all = nodes;
        var next = all[node].Base + code;
        if ((uint)next < (uint)all.Length)
        {
            ref readonly var found = ref all[next];
            if (found.Parent == node)
            {
                value = found.Value;
                return next;
            }
        }

        value = None;
        return None;
    }

    /// <summary>The key that ends at a node; <see cref="None"/> if there is none.</summary>
    public int ValueOf(int node) => nodes[node].Value;

    /// <summary>The key that is this text; <see cref="None"/> if there is none.</summary>
    public int Find(ReadOnlySpan<char> text)
    {
        var node = Root;
        for (var i = 0; i < text.Length && node != None; i++)
        {
            node = Next(node, text[i]);
        }

        return node == None ? None : ValueOf(node);
    }

    /// <summary>Parent is −1 for a free place, −2 for the root.</summary>
    internal record struct Node(int Base, int Parent, int Value);
}
