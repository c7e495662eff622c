using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Jianwei.Core.Text;
using Jianwei.Tokenizer.Vocabularies;

namespace Jianwei.Tokenizer;

public sealed class SubwordTokenizerTests
{
    private static readonly SubwordTokenizer Tiny = new(TinyVocabulary.Of(
        (" ", 5_000), ("公司", 6_000), ("有限公司", 7_000), ("有限", 7_500), ("公", 9_000), ("司", 9_500), ("有", 8_000), ("限", 9_900),
        (" company", 7_000), (" com", 8_000), ("pany", 8_000), ("c", 6_000), ("o", 6_000), ("m", 6_000), ("s", 5_000), ("'s", 5_500),
        (",", 3_000), ("...", 6_000), (".", 4_000), ("2021", 8_000), ("1", 5_000), ("2", 5_000), ("0", 5_000)));

    [Theory]
    [InlineData("有限公司", "有限公司")]
    [InlineData("公司有限", "公司|有限")]
    [InlineData("company", " company")]
    [InlineData("company companys", " company| company|s")]
    [InlineData("公司 company", "公司| company")]
    [InlineData("company 公司", " company| |公司")]
    [InlineData("company's", " company|'s")]
    [InlineData("com, com", " com|,| com")]
    [InlineData(" com", " | com")]
    [InlineData("2021,2021", "2021|,|2021")]
    [InlineData(".....", ".|.|...")]
    [InlineData("有\n", "有|<0x0A>")]
    [InlineData("鼎", "<0xE9>|<0xBC>|<0x8E>")]
    [InlineData("", "")]
    public void Text_IsCutAtChunksAndThenIntoTheCheapestPieces(string text, string pieces) =>
        Assert.Equal(pieces, string.Join('|', Tiny.Pieces(text)));

    [Fact]
    public void WordStarts_MarkWordsAndNotTheirPieces()
    {
        var tokenizer = new SubwordTokenizer(TinyVocabulary.OfEntries(
            new(" ", 5_000), new("公司", 6_000), new("的", 4_000), new("鼎", 9_000, Part: true),
            new("泰", 9_000, Part: true), new(" com", 7_000), new("s", 5_000)));
        var ids = new ushort[32];
        var starts = new bool[32];

        var count = tokenizer.Encode("鼎泰公司的鼎龘公司 coms", ids, starts);

        Assert.Equal(
            ["鼎", "泰", "公司", "的", "鼎", "<0xE9>", "<0xBE>", "<0x98>", "公司", " com", "s"],
            ids.Take(count).Select(tokenizer.PieceOf));
        Assert.Equal([true, false, true, true, true, false, false, false, true, true, false], starts.Take(count));
    }

    [Theory]
    [InlineData("a  b")]
    [InlineData(" a\tb \n")]
    [InlineData("   ")]
    [InlineData("公司 company 公司")]
    [InlineData("😀 😀𠮷")]
    [InlineData("\uD83D lone \uDE00")]
    [InlineData("ＡＢＣ（１２），㍿ﬁ한e\u0301")]
    [InlineData("▁_[CLS]<0x0A>")]
    [InlineData("\u0301")]
    [InlineData("\0\u0001")]
    public void Decoding_GivesTheTextInFormKC(string text) => Assert.Equal(Nfkc.Normalise(text), Tiny.Decode(Tiny.Encode(text)));

    [Fact]
    public void Decoding_GivesTheTextInFormKC_WhateverTheText() =>
        Prop.ForAll(Texts.Any, text => Tiny.Decode(Tiny.Encode(text)) == Nfkc.Normalise(text))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void LessRoom_GivesTheFirstOfTheIds() => Prop.ForAll(Texts.Any, text =>
    {
        var all = Tiny.Encode(text);
        var some = new ushort[all.Length / 2];
        return Tiny.Encode(text, some) == some.Length && some.AsSpan().SequenceEqual(all.AsSpan(0, some.Length));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void EveryTextThatHasTokens_BeginsWithAWord() => Prop.ForAll(Texts.Any, text =>
    {
        var (ids, starts) = (new ushort[1], new bool[1]);
        return Tiny.Encode(text, ids, starts) == 0 ? text.Length == 0 : starts[0];
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void Decoding_ShowsNoSpecialTokens() =>
        Assert.Equal("公司", Tiny.Decode([SpecialTokens.Cls, .. Tiny.Encode("公司"), SpecialTokens.Sep, SpecialTokens.Pad]));

    [Fact]
    public void Decoding_RefusesAnIdOfNoEntry()
    {
        var refusal = Assert.Throws<ArgumentException>(() => Tiny.Decode([60_000]));

        Assert.StartsWith($"id 60000 is not of vocabulary {Tiny.Hash}; allowed: 0 to {Tiny.Count - 1}", refusal.Message);
    }

    [Fact]
    public void Decoding_OfHalfACharacterShowsThatItIsHalf() => Assert.Equal("\uFFFD", Tiny.Decode(Tiny.Encode("鼎").AsSpan(0, 2)));

    [Fact]
    public void Encoding_RefusesLessRoomForWordStartsThanForIds() =>
        Assert.Throws<ArgumentException>(() => Tiny.Encode("公司", new ushort[4], new bool[3]));

    [Theory]
    [InlineData("有限公司 company companies's 2021.12,龘\n——")]
    [InlineData("有限公司（Ａ）：company，2021。")] // not in form KC, as Chinese is written
    public void Encoding_AllocatesNothingAToken(string text)
    {
        var (ids, starts) = (new ushort[20_000], new bool[20_000]);
        var count = 0;
        var (little, much) = (Repeated(2), Repeated(200));

        Assert.Equal(LeastAllocated(() => Tiny.Encode(little, ids, starts)), LeastAllocated(() => count = Tiny.Encode(much, ids, starts)));
        Assert.True(count > 1_500);
        Assert.Equal(Tiny.Encode(Nfkc.Normalise(much)), ids[..count]);

        string Repeated(int times) => string.Concat(Enumerable.Repeat(text, times));
    }

    // Code that the runtime has not optimised yet may allocate a little a call, and compiling it may once: the least of several.
    private static long LeastAllocated(Action encode)
    {
        var least = long.MaxValue;
        for (var i = 0; i < 20; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            encode();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    [Theory]
    [InlineData("a")]
    [InlineData("龘")]
    [InlineData("—")]
    [InlineData("😀")]
    [InlineData(" ")]
    [InlineData("\u0301")]
    public void RunsOfAnyLength_ComeBack(string one)
    {
        var text = string.Concat(Enumerable.Repeat(one, 100_000));

        Assert.Equal(text, Tiny.Decode(Tiny.Encode(text)));
    }
}
