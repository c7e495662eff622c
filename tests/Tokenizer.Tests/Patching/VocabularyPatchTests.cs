using FsCheck;
using FsCheck.Fluent;
using Jianwei.Tokenizer.Vocabularies;

namespace Jianwei.Tokenizer.Patching;

public sealed class VocabularyPatchTests
{
    private static readonly Vocabulary Old = TinyVocabulary.Of(
        (" ", 5_000), ("公司", 6_000), ("碳", 9_000), ("中", 6_000), ("和", 6_000),
        ("目标", 8_000), (" com", 8_000), ("s", 5_000), ("company", 9_000), (".", 4_000));

    private static readonly Vocabulary Patched = VocabularyPatch.Apply(Old, ["碳中和", "ChatGPT", "公司"]);

    [Fact]
    public void Patch_KeepsEveryOldEntryAndNamesItsParent()
    {
        Assert.Equal(Old.Entries, Patched.Entries.Take(Old.Entries.Count));
        Assert.Equal(Old.Hash, Patched.Parent);
        Assert.NotEqual(Old.Hash, Patched.Hash);
        Assert.Equal(["碳中和", " ChatGPT", "ChatGPT"], Patched.Entries.Skip(Old.Entries.Count).Select(e => e.Piece));
    }

    [Fact]
    public void NewWords_AreOneToken()
    {
        var tokenizer = new SubwordTokenizer(Patched);

        Assert.Equal(["公司", "碳中和", "目标"], tokenizer.Pieces("公司碳中和目标"));
        Assert.Equal([" ChatGPT", ".", "公司", "ChatGPT"], tokenizer.Pieces("ChatGPT.公司ChatGPT"));
    }

    [Fact]
    public void NewEntries_SayWhichIdsSpelledThemBefore()
    {
        var old = new SubwordTokenizer(Old);
        var added = Patched.Entries.Skip(Old.Entries.Count).ToArray();

        Assert.Equal(old.Encode("碳中和"), added[0].From!);
        Assert.Equal(old.Encode("公司ChatGPT").Skip(1), added[2].From!);
        Assert.Equal([" ", .. "ChatGPT".Select(c => $"<0x{(int)c:X2}>")], added[1].From!.Select(old.PieceOf));
    }

    [Fact]
    public void TextsWithoutTheWords_KeepTheirIds()
    {
        var (old, patched) = (new SubwordTokenizer(Old), new SubwordTokenizer(Patched));
        Prop.ForAll(Texts.Any, text => old.Encode(text).AsSpan().SequenceEqual(patched.Encode(text)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500));
        Assert.Equal(old.Encode("碳和中 Chat GPT chatgpt 中和"), patched.Encode("碳和中 Chat GPT chatgpt 中和"));
    }

    [Fact]
    public void PatchOfAPatch_GoesOn()
    {
        var twice = VocabularyPatch.Apply(Patched, ["碳中和目标"]);

        Assert.Equal(Patched.Hash, twice.Parent);
        Assert.Equal(new SubwordTokenizer(Patched).Encode("碳中和目标"), twice.Entries[^1].From!);
        Assert.Equal(["碳中和目标"], new SubwordTokenizer(twice).Pieces("碳中和目标"));
    }

    [Theory]
    [InlineData("A股",
        "\"A股\" is more than one word to the tokenizer (A | 股): no piece can hold it; allowed: a Latin word or number without punctuation or spaces, or a word of Chinese")]
    [InlineData("R&D", "\"R&D\" is more than one word to the tokenizer (R | & | D): ")]
    [InlineData("two words", "\"two words\" is more than one word to the tokenizer (two | words): ")]
    [InlineData(" \t", "a word is empty; allowed: a Latin word or a word of Chinese")]
    [InlineData("公司", "nothing to add: every word is an entry of vocabulary ")]
    public void Word_ThatCannotBeAddedIsRefused(string word, string sentence) =>
        Assert.StartsWith(sentence, Assert.Throws<InvalidDataException>(() => VocabularyPatch.Apply(Old, [word])).Message);

    [Fact]
    public void WordsBeyondTheLargestVocabulary_AreRefused() =>
        Assert.Contains("allowed: 273 to 16,384", Assert.Throws<InvalidDataException>(
            () => VocabularyPatch.Apply(Old, Enumerable.Range(0, 16_384).Select(i => $"新{(char)(0x4E00 + i)}"))).Message);
}
