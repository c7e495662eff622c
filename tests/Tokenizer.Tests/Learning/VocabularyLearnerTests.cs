using Jianwei.Core.Text;
using Jianwei.Tokenizer.Vocabularies;

namespace Jianwei.Tokenizer.Learning;

public sealed class VocabularyLearnerTests
{
    private static readonly LearnOptions Small = new() { Size = 1_000, Alphabets = [], Coverage = 1 };

    // Invented words of invented frequencies: enough of them that pruning has to choose.
    private static readonly string[] Stems = [.. from a in "bcdfglmnprst" from b in "aeiou" from c in "klmnrstz" select $"{a}{b}{c}"];

    [Fact]
    public void Vocabulary_HasItsSizeAndServes()
    {
        var vocabulary = Learn(Small);
        var tokenizer = new SubwordTokenizer(vocabulary);

        Assert.Equal(1_000, vocabulary.Entries.Count);
        Assert.All(Texts(), text => Assert.Equal(Nfkc.Normalise(text), tokenizer.Decode(tokenizer.Encode(text))));
        Assert.Equal([" bakment"], tokenizer.Pieces("bakment"));
        Assert.Equal(["经营", "范围", "变更"], tokenizer.Pieces("经营范围变更"));
    }

    [Fact]
    public void SameInputs_GiveTheSameBytes() => Assert.Equal(VocabularyFile.Write(Learn(Small)), VocabularyFile.Write(Learn(Small)));

    [Fact]
    public void FrequentWords_CostLessThanRareOnes()
    {
        var costs = Learn(Small).Entries.ToDictionary(e => e.Piece, e => e.Cost);

        Assert.True(costs["公司"] < costs["范围"]);
        Assert.True(costs[" bakment"] < costs["z"]);
    }

    [Fact]
    public void ChinesePieces_AreWordsOfTheDictionary()
    {
        string[] words = [.. Learn(Small).Entries.Select(e => e.Piece).Where(p => p.Length > 1 && p[0] >= 0x4E00 && p[0] < 0xA000)];

        Assert.NotEmpty(words);
        Assert.Subset(Dictionary.Split('\n').Select(l => l.Split(' ')[0]).ToHashSet(), words.ToHashSet());
    }

    [Fact]
    public void Characters_ThatAreMostlyPartsOfWordsAreMarked()
    {
        var marks = Learn(Small).Entries.Where(e => e.Part).Select(e => e.Piece).ToHashSet();

        Assert.Contains("鼎", marks);
        Assert.DoesNotContain("的", marks);
    }

    [Fact]
    public void Learning_NeedsNoDictionary()
    {
        var learner = new VocabularyLearner(Small);
        foreach (var text in Texts())
        {
            learner.AddText(text, 1);
        }

        var tokenizer = new SubwordTokenizer(learner.Learn(null, default));

        Assert.True(tokenizer.Encode("公司经营范围变更").Length < 8);
        Assert.DoesNotContain(tokenizer.Vocabulary.Entries, e => e.Part);
    }

    [Fact]
    public void Alphabet_GetsItsEntriesWhateverTheTexts()
    {
        var pieces = Learn(new() { Size = 8_000 }).Entries.Select(e => e.Piece).ToHashSet();

        Assert.Contains("钢", pieces);
        Assert.Contains("鋼", pieces);
        Assert.DoesNotContain("龘", pieces);
        Assert.Equal(3_755 + 5_401 - 2_434, Alphabet.Of(["gb2312", "big5"]).Count(c => c is >= '\u4E00' and <= '\u9FFF'));
        Assert.Equal(3_755, Alphabet.Of(["gb2312"]).Count(c => c is >= '\u4E00' and <= '\u9FFF'));
    }

    [Theory]
    [InlineData(1_000, "gb2312", 0.998, "4,03")]
    [InlineData(16_000, "", 0.998, "the texts have ")]
    public void TooLittleRoomOrText_IsSaid(int size, string alphabet, double coverage, string sentence) =>
        Assert.StartsWith(sentence, Assert.Throws<InvalidDataException>(
            () => Learn(new() { Size = size, Alphabets = alphabet.Length > 0 ? [alphabet] : [], Coverage = coverage })).Message);

    [Theory]
    [InlineData(999, "gb2312", 0.9, "size 999: allowed are 1000 to 16384 entries")]
    [InlineData(16_385, "gb2312", 0.9, "size 16385: allowed are 1000 to 16384 entries")]
    [InlineData(1_000, "gb2312", double.NaN, "coverage NaN: allowed is a share above 0 and up to 1")]
    [InlineData(1_000, "klingon", 0.9, "alphabet 'klingon': allowed are gb2312, big5")]
    public void Options_ThatAreWrongAreRefused(int size, string alphabet, double coverage, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<ArgumentException>(
            () => new VocabularyLearner(new() { Size = size, Alphabets = [alphabet], Coverage = coverage })).Message);

    [Theory]
    [InlineData("公司")]
    [InlineData("公司 many")]
    [InlineData("公司 1 n more")]
    [InlineData("公司 -1")]
    public void DictionaryLine_ThatIsNoneIsRefused(string line) =>
        Assert.StartsWith($"list:2: \"{line}\" is no word; allowed: WORD FREQUENCY [TAG]", Assert.Throws<InvalidDataException>(
            () => new VocabularyLearner(Small).AddWords(new StringReader($"# words\n{line}\n"), "list", 1, default)).Message);

    [Fact]
    public void Learning_Stops() =>
        Assert.ThrowsAny<OperationCanceledException>(() => Learner(Small).Learn(null, new CancellationToken(canceled: true)));

    private const string Dictionary =
        "公司 6000 n\n经营 900 v\n范围 300 n\n变更 400 v\n的 9000 u\n鼎盛 30 n\n鼎力 20 n\n鼎 5 n\n盛 3 v\n力 400 n\n企业 800 n\n企 1 v\n业 1 n\n更 90 d\n变 80 v\n"
        + "经 70 v\n营 60 v\n公 50 a\n司 40 v\n范 1 n\n围 20 v";

    private static Vocabulary Learn(LearnOptions options) => Learner(options).Learn(null, default);

    private static VocabularyLearner Learner(LearnOptions options)
    {
        var learner = new VocabularyLearner(options);
        learner.AddWords(new StringReader(Dictionary), "dictionary", 1, default);
        foreach (var text in Texts())
        {
            learner.AddText(text, 1);
        }

        return learner;
    }

    private static IEnumerable<string> Texts()
    {
        for (var i = 0; i < Stems.Length; i++)
        {
            var times = (Stems.Length / (i + 1)) + 1;
            for (var k = 0; k < times; k++)
            {
                yield return $"{Stems[i]}ment, the {Stems[i]} {Stems[(i * 7) % Stems.Length]}ing of 公司经营范围变更，的企业 {2_000 + (i % 25)}-{i % 12}.";
            }
        }
    }
}
