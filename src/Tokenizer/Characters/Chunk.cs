namespace Jianwei.Tokenizer.Characters;

/// <summary>A stretch of text that no piece crosses the ends of: a Latin word, a number, a run of Chinese, a sign.</summary>
/// <param name="Start">Where its characters begin in the text, after the space.</param>
/// <param name="Length">UTF-16 units, at most <see cref="ChunkReader.Longest"/>; 0 for a space alone.</param>
/// <param name="Spaced">Whether a space before it belongs to it; that space may be the one imagined at the beginning of a text.</param>
/// <param name="Class">Of its first character.</param>
internal readonly record struct Chunk(int Start, int Length, bool Spaced, CharacterClass Class)
{
    public ReadOnlySpan<char> In(ReadOnlySpan<char> text) => text.Slice(Start, Length);
}
