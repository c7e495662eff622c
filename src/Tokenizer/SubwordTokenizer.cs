using System.Buffers;
using System.Text;
using Jianwei.Core.Text;
using Jianwei.Tokenizer.Characters;
using Jianwei.Tokenizer.Segmentation;
using Jianwei.Tokenizer.Vocabularies;

namespace Jianwei.Tokenizer;

/// <summary>
/// Chinese and English text into ids of a vocabulary and back: form KC, chunks, and within each chunk the segmentation of least
/// cost. What no piece holds is spelled in UTF-8 bytes, so that decoding gives the text in form KC whatever it is. Thread-safe.
/// </summary>
public sealed class SubwordTokenizer
{
    // A run of more parts is several words: most names of people and brands have no more.
    private const int MostPartsOfAWord = 4;

    private readonly DoubleArrayTrie trie;
    private readonly Lattice lattice;
    // By piece: id − FirstPiece.
    private readonly bool[] parts; // VocabularyEntry.Part
    private readonly bool[] best; // a chunk that is this piece is best segmented as this piece alone
    private readonly int spaceNode;

    public SubwordTokenizer(Vocabulary vocabulary)
    {
        Vocabulary = vocabulary;
        VocabularyEntry[] pieces = [.. vocabulary.Entries.Skip(SpecialTokens.FirstPiece)];
        trie = new([.. pieces.Select(p => p.Piece)]);
        spaceNode = trie.Next(DoubleArrayTrie.Root, ' ');
        lattice = new(trie, [.. pieces.Select(p => p.Cost)], vocabulary.UnknownCost);
        parts = [.. pieces.Select(p => p.Part)];
        best = [.. pieces.Select(p => IsBest(p.Piece))];
    }

    public Vocabulary Vocabulary { get; }

    /// <summary>Of the vocabulary: 16 hexadecimal digits; equal hashes give equal ids.</summary>
    public string Hash => Vocabulary.Hash;

    /// <summary>Entries of the vocabulary; ids are below it.</summary>
    public int Count => Vocabulary.Entries.Count;

    /// <param name="path">A <c>tokenizer.json</c>, or a folder that has one.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not a vocabulary.</exception>
    public static SubwordTokenizer Load(string path) => new(Vocabulary.Load(path));

    /// <summary>
    /// Writes the text's ids, as many as there is room for: with less room the ids are the first of those with more.
    /// Allocates nothing for a text that <see cref="Nfkc.IsSurelyNormal"/>, which those of events are but for characters
    /// beyond the first plane, or that <see cref="Nfkc.TryFold"/>.
    /// </summary>
    /// <param name="text">Any UTF-16; half of a surrogate pair counts as U+FFFD.</param>
    /// <param name="ids">For the ids; specials are not among them.</param>
    /// <param name="wordStarts">Empty, or at least as long as the ids: whether a word begins with that id.</param>
    /// <returns>How many were written.</returns>
    public int Encode(ReadOnlySpan<char> text, Span<ushort> ids, Span<bool> wordStarts = default)
    {
        if (!wordStarts.IsEmpty && wordStarts.Length < ids.Length)
        {
            throw new ArgumentException(
                $"room for {ids.Length} ids and {wordStarts.Length} word starts; allowed: as many, or none", nameof(wordStarts));
        }

        if (Nfkc.IsSurelyNormal(text))
        {
            return EncodeNormal(text, ids, wordStarts);
        }

        var folded = ArrayPool<char>.Shared.Rent(text.Length);
        try
        {
            return Nfkc.TryFold(text, folded) ? EncodeNormal(folded.AsSpan(0, text.Length), ids, wordStarts)
                : EncodeNormal(Nfkc.Normalise(text.ToString()), ids, wordStarts);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(folded);
        }
    }

    /// <summary>All ids of a text.</summary>
    public ushort[] Encode(string text)
    {
        var ids = new ushort[text.Length + 4];
        int count;
        while ((count = Encode(text, ids)) == ids.Length)
        {
            ids = new ushort[ids.Length * 2];
        }

        return ids[..count];
    }

    /// <summary>
    /// The text of ids: of all ids of a text, that text in form KC. Special tokens show nothing, bytes that are no UTF-8 U+FFFD.
    /// </summary>
    /// <exception cref="ArgumentException">An id is not of this vocabulary.</exception>
    public string Decode(ReadOnlySpan<ushort> ids)
    {
        var text = new StringBuilder();
        var bytes = new List<byte>();
        foreach (var id in ids)
        {
            if (id is >= SpecialTokens.FirstByte and < SpecialTokens.FirstPiece)
            {
                bytes.Add((byte)(id - SpecialTokens.FirstByte));
                continue;
            }

            Flush(text, bytes);
            if (id >= SpecialTokens.FirstPiece)
            {
                text.Append(PieceOf(id));
            }
        }

        Flush(text, bytes);
        return text.Length > 0 && text[0] == ' ' ? text.ToString(1, text.Length - 1) : text.ToString();
    }

    /// <summary>An id's piece, or the name of a special token or byte.</summary>
    /// <exception cref="ArgumentException">The id is not of this vocabulary.</exception>
    public string PieceOf(ushort id) => id < Count ? Vocabulary.Entries[id].Piece
        : throw new ArgumentException($"id {id} is not of vocabulary {Hash}; allowed: 0 to {Count - 1}", nameof(id));

    /// <summary>Ids and cost of a piece's text as it stands in a chunk: a space at its beginning is the one before a word.</summary>
    internal (ushort[] Ids, int Cost) Spelling(string piece)
    {
        var (ids, steps, spaced) = (new ushort[(piece.Length * 3) + 1], new Step[Lattice.MostSteps], piece[0] == ' ');
        var tokens = new TokenWriter(ids, default);
        var word = piece.AsSpan(spaced ? 1 : 0);
        Encode(new Chunk(0, word.Length, spaced, CharacterClass.Symbol), word, steps, ref tokens);
        return (ids[..tokens.Count], lattice.CostOf(word, spaced, steps));
    }

    private int EncodeNormal(ReadOnlySpan<char> normal, Span<ushort> ids, Span<bool> wordStarts)
    {
        var tokens = new TokenWriter(ids, wordStarts);
        Span<Step> steps =
            stackalloc Step[Math.Min(normal.Length + 2, Lattice.MostSteps)]; // clearing more would cost more than a short text
        foreach (var chunk in new ChunkReader(normal))
        {
            if (tokens.IsFull)
            {
                break;
            }

            Encode(chunk, chunk.In(normal), steps, ref tokens);
        }

        return tokens.Count;
    }

    private static void Flush(StringBuilder text, List<byte> bytes)
    {
        if (bytes.Count > 0)
        {
            text.Append(Encoding.UTF8.GetString([.. bytes]));
            bytes.Clear();
        }
    }

    private bool IsBest(string piece)
    {
        var steps = new Step[Lattice.MostSteps];
        var spaced = piece[0] == ' ';
        var end = lattice.Segment(piece.AsSpan(spaced ? 1 : 0), spaced, steps);
        return steps[0].Place == end;
    }

    private void Encode(Chunk chunk, scoped ReadOnlySpan<char> word, scoped Span<Step> steps, ref TokenWriter tokens)
    {
        if (Whole(word, chunk.Spaced) is var whole and >= 0)
        {
            tokens.Add(IdOf(whole), startsWord: true);
            return;
        }

        var end = lattice.Segment(word, chunk.Spaced, steps);
        var shift = chunk.Spaced ? 1 : 0;
        var run = 0; // parts of the present word; within a chunk only Chinese begins new words, but not between two parts
        for (int place = 0, next; place < end; place = next)
        {
            next = steps[place].Place;
            var piece = steps[next].Piece;
            var part = piece < 0 || parts[piece];
            var starts = place == 0 || (chunk.Class == CharacterClass.Han && !(part && run is > 0 and < MostPartsOfAWord));
            run = !part ? 0 : starts ? 1 : run + 1;
            if (piece >= 0)
            {
                tokens.Add(IdOf(piece), starts);
            }
            else
            {
                tokens.Spell(place < shift ? " " : word[(place - shift)..(next - shift)], starts);
            }
        }
    }

    private static ushort IdOf(int piece) => (ushort)(piece + SpecialTokens.FirstPiece);

    // Most chunks are one piece: that is found without the lattice, which would find the same.
    private int Whole(ReadOnlySpan<char> word, bool spaced)
    {
        var node = spaced ? spaceNode : DoubleArrayTrie.Root;
        for (var i = 0; i < word.Length && node != DoubleArrayTrie.None; i++)
        {
            node = trie.Next(node, word[i]);
        }

        return node != DoubleArrayTrie.None && trie.ValueOf(node) is var piece and >= 0 && best[piece] ? piece : -1;
    }
}
