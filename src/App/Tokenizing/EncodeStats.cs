using Jianwei.Core.Text;
using Jianwei.Tokenizer;
using Jianwei.Tokenizer.Vocabularies;

namespace Jianwei.App.Tokenizing;

/// <summary>What a vocabulary makes of texts.</summary>
/// <param name="Vocabulary">Its hash.</param>
/// <param name="Texts">How many.</param>
/// <param name="Characters">Code points in form KC.</param>
/// <param name="Tokens">Ids.</param>
/// <param name="Words">Of the ids, those that begin a word.</param>
/// <param name="Unknown">Characters that are spelled in bytes.</param>
/// <param name="NotDecoded">Texts that decoding does not give back in form KC; always 0.</param>
internal sealed record EncodeStats(string Vocabulary, long Texts, long Characters, long Tokens, long Words, long Unknown, long NotDecoded)
{
    public double TokensACharacter => (double)Tokens / Math.Max(1, Characters);

    public double UnknownShare => (double)Unknown / Math.Max(1, Characters);

    public static EncodeStats Of(SubwordTokenizer tokenizer, CorpusInput input, CancellationToken cancellation)
    {
        using var reader = input.Open();
        return Of(tokenizer, input.Texts(reader), cancellation);
    }

    public static EncodeStats Of(SubwordTokenizer tokenizer, IEnumerable<string> texts, CancellationToken cancellation)
    {
        var sum = new EncodeStats(tokenizer.Hash, 0, 0, 0, 0, 0, 0);
        foreach (var text in texts)
        {
            cancellation.ThrowIfCancellationRequested();
            var normal = Nfkc.Normalise(text);
            var ids = tokenizer.Encode(text);
            var starts = new bool[ids.Length];
            tokenizer.Encode(text, ids, starts);
            sum = sum with
            {
                Texts = sum.Texts + 1,
                Characters = sum.Characters + normal.EnumerateRunes().Count(),
                Tokens = sum.Tokens + ids.Length,
                Words = sum.Words + starts.Count(start => start),
                Unknown = sum.Unknown + ids.Count(BeginsUnknown),
                NotDecoded = sum.NotDecoded + (tokenizer.Decode(ids) == normal ? 0 : 1),
            };
        }

        return sum;
    }

    // The first byte of a character in UTF-8 is not of the form 10xxxxxx.
    private static bool BeginsUnknown(ushort id) =>
        id is >= SpecialTokens.FirstByte and < SpecialTokens.FirstPiece && ((id - SpecialTokens.FirstByte) & 0xC0) != 0x80;
}
