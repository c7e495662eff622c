using System.Buffers;
using Jianwei.Core.Text;

namespace Jianwei.Tokenizer.Documents;

/// <summary>A company's text as tokens.</summary>
/// <param name="Ids">Of the vocabulary, without special tokens.</param>
/// <param name="Tags">As long: see <see cref="TokenTag"/>.</param>
public readonly record struct TokenDocument(ushort[] Ids, byte[] Tags);

/// <summary>
/// What a token is part of, in a byte: bits 0-1 segment, bits 2-6 number of the text within the document, bit 7 set where a word begins.
/// </summary>
public static class TokenTag
{
    /// <summary>Texts that a document can tell apart.</summary>
    public const int MaxTexts = 32;

    public static byte Of(TextEntry text, int number, bool startsWord) =>
        (byte)((int)text.Segment | (number << 2) | (startsWord ? 0x80 : 0));
}

/// <summary>
/// Makes the document of a company: what a text encoder reads, in training and in serving alike. A pure function of
/// the company's texts, so that a document is known by their hash.
/// </summary>
/// <remarks>
/// Texts are let in by turns, the newest filing, posting and profile text, then the second of each, and so on, until the document is
/// full; they stand in the order of <see cref="CompanyText.Entries"/>. So no segment pushes another out.
/// </remarks>
public sealed class DocumentEncoder(SubwordTokenizer tokenizer)
{
    /// <summary>Tokens of a document.</summary>
    public const int MaxTokens = 384;

    /// <summary>Tokens of one text in it.</summary>
    public const int MaxTokensOfText = 64;

    /// <summary>With what the ids are made.</summary>
    public SubwordTokenizer Tokenizer { get; } = tokenizer;

    public TokenDocument Encode(CompanyText text)
    {
        var there = text.Entries.Where(e => e.Content is { Length: > 0 }).Take(TokenTag.MaxTexts).ToArray();
        var (ids, starts) = (
            ArrayPool<ushort>.Shared.Rent(there.Length * MaxTokensOfText), ArrayPool<bool>.Shared.Rent(there.Length * MaxTokensOfText));
        try
        {
            Span<int> counts = stackalloc int[there.Length];
            for (var i = 0; i < there.Length; i++)
            {
                var at = i * MaxTokensOfText;
                counts[i] = Tokenizer.Encode(there[i].Content, ids.AsSpan(at, MaxTokensOfText), starts.AsSpan(at, MaxTokensOfText));
            }

            LetIn(there, counts);
            return Join(there, counts, ids, starts);
        }
        finally
        {
            ArrayPool<ushort>.Shared.Return(ids);
            ArrayPool<bool>.Shared.Return(starts);
        }
    }

    // Cuts the counts to what the document has room for.
    private static void LetIn(TextEntry[] texts, Span<int> counts)
    {
        var place = new int[3]; // of a text among those of its segment
        var turns = texts.Select((t, i) => (Round: place[(int)t.Segment]++, Segment: -(int)t.Segment, Number: i)).Order();
        var room = MaxTokens;
        foreach (var (_, _, number) in turns)
        {
            counts[number] = Math.Min(counts[number], room);
            room -= counts[number];
        }
    }

    private static TokenDocument Join(TextEntry[] texts, ReadOnlySpan<int> counts, ushort[] ids, bool[] starts)
    {
        var all = 0;
        foreach (var count in counts)
        {
            all += count;
        }

        var document = new TokenDocument(new ushort[all], new byte[all]);
        for (int i = 0, to = 0; i < texts.Length; i++)
        {
            for (int j = 0, from = i * MaxTokensOfText; j < counts[i]; j++, from++, to++)
            {
                document.Ids[to] = ids[from];
                document.Tags[to] = TokenTag.Of(texts[i], i, starts[from]);
            }
        }

        return document;
    }
}
