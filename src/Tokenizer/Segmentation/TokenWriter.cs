using System.Text;
using Jianwei.Tokenizer.Vocabularies;

namespace Jianwei.Tokenizer.Segmentation;

/// <summary>Where ids go; what does not fit is dropped.</summary>
internal ref struct TokenWriter(Span<ushort> ids, Span<bool> wordStarts)
{
    private readonly Span<ushort> ids = ids;
    private readonly Span<bool> wordStarts = wordStarts;

    public int Count { get; private set; }

    public readonly bool IsFull => Count == ids.Length;

    public void Add(ushort id, bool startsWord)
    {
        if (Count < ids.Length)
        {
            ids[Count] = id;
            if (!wordStarts.IsEmpty)
            {
                wordStarts[Count] = startsWord;
            }

            Count++;
        }
    }

    /// <summary>A character as the bytes of its UTF-8; half of a surrogate pair as U+FFFD.</summary>
    public void Spell(scoped ReadOnlySpan<char> character, bool startsWord)
    {
        Rune.DecodeFromUtf16(character, out var rune, out _);
        Span<byte> bytes = stackalloc byte[4];
        var length = rune.EncodeToUtf8(bytes);
        for (var i = 0; i < length; i++)
        {
            Add((ushort)(SpecialTokens.FirstByte + bytes[i]), startsWord && i == 0);
        }
    }
}
