namespace Jianwei.Tokenizer.Segmentation;

/// <summary>
/// A trie over UTF-16 units in two arrays (Aoe 1989): the child of node n by code c is the node <c>base[n] + c</c> if that one's parent is n.
/// Units are first renumbered densely, so that the arrays stay small; code 0 is a unit that no key holds.
/// </summary>
internal sealed class DoubleArrayTrie
{
    public const int Root = 0;
    public const int None = -1;

    private readonly ushort[] codes = new ushort[0x10000];
    private readonly Node[] nodes;

    /// <param name="keys">Distinct, not empty; the place of a key is its value.</param>
    public DoubleArrayTrie(IReadOnlyList<string> keys)
    {
        foreach (var unit in keys.SelectMany(key => key).Distinct().Order())
        {
            codes[unit] = ++Units;
        }

        nodes = new DoubleArrayBuilder(keys, codes, Units).Build();
    }

    /// <summary>Distinct units of the keys.</summary>
    public ushort Units { get; }

    /// <summary>The node after one more unit; <see cref="None"/> where no key goes on so.</summary>
    public int Next(int node, char unit)
    {
        var next = nodes[node].Base + codes[unit];
        return (uint)next < (uint)nodes.Length && nodes[next].Parent == node ? next : None;
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
