using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Jianwei.Core.Text;
using Jianwei.Servers;
using Jianwei.Tokenizer.Vocabularies;

namespace Jianwei.Tokenizer;

/// <summary>What <c>models/tokenizer/CURRENT</c> promises, on news that it was not learned from.</summary>
public sealed class ShippedVocabularyTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "models", "tokenizer",
        File.ReadAllText(Path.Combine(Repository.Root, "models", "tokenizer", "CURRENT")).Trim());

    private static readonly SubwordTokenizer Shipped = SubwordTokenizer.Load(Folder);

    private static readonly string[] News =
        File.ReadAllLines(Path.Combine(Repository.Root, "tests", "Tokenizer.Tests", "Samples", "news.txt"));

    [Fact]
    public void News_TakesFewTokensAndHasNoUnknownCharacters()
    {
        var characters = News.Sum(text => Nfkc.Normalise(text).EnumerateRunes().Count());
        var ids = News.SelectMany(Shipped.Encode).ToArray();
        var unknown = ids.Count(id => id is >= SpecialTokens.FirstByte and < SpecialTokens.FirstPiece
            && ((id - SpecialTokens.FirstByte) & 0xC0) != 0x80);

        Assert.True(News.Length >= 40);
        Assert.InRange(ids.Length / (double)characters, 0.3, 0.75);
        Assert.InRange(unknown / (double)characters, 0, 0.001);
        Assert.DoesNotContain(SpecialTokens.Unknown, ids);
    }

    [Fact]
    public void News_DecodesToItselfInFormKC() =>
        Assert.All(News, text => Assert.Equal(Nfkc.Normalise(text), Shipped.Decode(Shipped.Encode(text))));

    [Fact]
    public void AnyText_DecodesToItselfInFormKC() =>
        Prop.ForAll(Texts.Any, text => Shipped.Decode(Shipped.Encode(text)) == Nfkc.Normalise(text))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

    [Theory]
    [InlineData("被执行人", "被执行人")]
    [InlineData("拖欠工资", "拖欠工资")]
    [InlineData("The company announced layoffs", " The| company")]
    public void CommonWords_AreOnePiece(string text, string beginning) =>
        Assert.StartsWith(beginning, string.Join('|', Shipped.Pieces(text)));

    [Fact]
    public void EveryEntryThatIsAWord_IsReached()
    {
        var count = 0;
        for (var id = SpecialTokens.FirstPiece; id < Shipped.Count; id++)
        {
            var text = Shipped.PieceOf(id);
            count += text[0] == ' ' && text.Length > 1 && Shipped.Encode(text[1..]) is [var only] && only == id ? 1 : 0;
        }

        Assert.True(count > 1_000, $"{count} Latin words");
    }

    [Fact]
    public void Manifest_IsOfTheVocabularyAndNamesItsSources()
    {
        using var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "manifest.json")));
        var root = manifest.RootElement;

        Assert.Equal(Shipped.Hash, root.GetProperty("hash").GetString());
        Assert.Equal(Shipped.Count, root.GetProperty("entries").GetInt32());
        Assert.Contains("jieba", root.GetProperty("attribution").ToString());
        Assert.True(new FileInfo(Path.Combine(Folder, "tokenizer.json")).Length < 1_000_000);
    }
}
