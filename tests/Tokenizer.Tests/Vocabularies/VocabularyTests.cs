using System.Text;
using System.Text.Json.Nodes;

namespace Jianwei.Tokenizer.Vocabularies;

public sealed class VocabularyTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("jianwei-vocabulary-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void File_ComesBackWithTheSameHashAndBytes()
    {
        var vocabulary = TinyVocabulary.OfEntries(
            new(" ", 5_000), new("鼎", 9_000, Part: true), new("\"", 4_000), new("\\", 4_000),
            new("\n", 900), new("公司", 100, From: [16, 273]));
        vocabulary.Save(PathOf("tokenizer.json"));

        var again = Vocabulary.Load(folder);

        Assert.Equal(vocabulary.Hash, again.Hash);
        Assert.Equal(VocabularyFile.Write(vocabulary), VocabularyFile.Write(again));
        Assert.Equal(File.ReadAllBytes(PathOf("tokenizer.json")), VocabularyFile.Write(again));
        Assert.Equal([16, 273], again.Entries[^1].From!);
        Assert.Equal(["tokenizer.json"], Directory.GetFiles(folder).Select(Path.GetFileName));
    }

    [Fact]
    public void Folder_OfVersions_IsFollowedByItsCurrent()
    {
        var (one, two) = (TinyVocabulary.Of((" ", 5_000)), TinyVocabulary.Of((" ", 5_001)));
        one.Save(PathOf(Path.Combine("1", "tokenizer.json")));
        two.Save(PathOf(Path.Combine("2", "tokenizer.json")));
        File.WriteAllText(PathOf("CURRENT"), "2\n");
        Assert.Equal(two.Hash, Vocabulary.Load(folder).Hash);

        File.WriteAllText(PathOf("CURRENT"), "3\n");
        Assert.Equal(
            $"there is no vocabulary {PathOf(Path.Combine("3", "tokenizer.json"))}",
            Assert.Throws<FileNotFoundException>(() => Vocabulary.Load(folder)).Message);
    }

    [Fact]
    public void Hash_IsOfTheContentAndNotOfTheFilesWhiteSpace()
    {
        var vocabulary = TinyVocabulary.Of((" ", 5_000), ("公司", 6_000));
        var spread = JsonNode.Parse(VocabularyFile.Write(vocabulary))!.ToJsonString(new() { WriteIndented = true });

        Assert.Equal(vocabulary.Hash, VocabularyFile.Parse(Encoding.UTF8.GetBytes(spread), "spread").Hash);
        Assert.Equal(16, vocabulary.Hash.Length);
    }

    [Fact]
    public void Hash_TellsVocabulariesApart()
    {
        string[] hashes =
        [
            TinyVocabulary.Of((" ", 5_000), ("公司", 6_000)).Hash,
            TinyVocabulary.Of((" ", 5_000), ("公司", 6_001)).Hash,
            TinyVocabulary.Of(("公司", 6_000), (" ", 5_000)).Hash,
            TinyVocabulary.Of((" ", 5_000)).Hash,
            TinyVocabulary.OfEntries(new(" ", 5_000), new("公司", 6_000, From: [17])).Hash,
            new Vocabulary([.. TinyVocabulary.Heads(), new(" ", 5_000), new("公司", 6_000)], TinyVocabulary.UnknownCost + 1).Hash,
        ];

        Assert.Equal(hashes.Length, hashes.Distinct().Count());
    }

    [Theory]
    [InlineData("schema_version", "2", "schema_version is 2; allowed: 1")]
    [InlineData("algorithm", "\"bpe\"", "algorithm is \"bpe\"; allowed: unigram")]
    [InlineData("unknown_cost", "0", "unknown_cost is 0; allowed: 1 to 1,000,000")]
    [InlineData("parent", "\"abc\"", "parent is \"abc\"; allowed: null or a vocabulary's hash, 16 hexadecimal digits")]
    [InlineData("entries", "[]", "0 entries; allowed: 273 to 16,384")]
    [InlineData("entries", "null", "entries is null")]
    [InlineData("surprise", "1", "not a vocabulary (tokenizer.json of jianwei tokenizer learn): ")]
    public void File_WithAWrongFieldIsRefused(string field, string value, string sentence)
    {
        var file = JsonNode.Parse(VocabularyFile.Write(TinyVocabulary.Of((" ", 5_000))))!;
        file[field] = JsonNode.Parse(value);

        Assert.StartsWith($"bad.json: {sentence}", Refusal(file.ToJsonString()));
    }

    [Theory]
    [InlineData(0, """{"piece":"[CLS]"}""", "entry 0 is \"[CLS]\"; allowed there: \"[PAD]\" without a cost")]
    [InlineData(20, """{"piece":"<0x04>","cost":3}""", "entry 20 is \"<0x04>\"; allowed there: \"<0x04>\" without a cost")]
    [InlineData(272, """{"piece":""}""", "entry 272 has no piece")]
    [InlineData(272, """{"cost":5}""", "entry 272 has no piece")]
    [InlineData(272, "null", "entry 272 is null")]
    [InlineData(272, """{"piece":"a","cost":0}""", "entry 272 \"a\" costs 0; allowed: 1 to 1,000,000")]
    [InlineData(272, """{"piece":"a","cost":2000000000}""", "entry 272 \"a\" costs 2000000000; allowed: 1 to 1,000,000")]
    [InlineData(272, """{"piece":"公司","cost":5}""", "entry 273 is \"公司\", which an earlier entry is already")]
    [InlineData(272, """{"piece":"Ａ","cost":5}""", "entry 272 \"Ａ\" is not in normalisation form KC")]
    [InlineData(272, """{"piece":"a b","cost":5}""", "entry 272 \"a b\" spans chunks: ")]
    [InlineData(272, """{"piece":" 公司","cost":5}""", "entry 272 \" 公司\" spans chunks: ")]
    [InlineData(272, """{"piece":"A股","cost":5}""", "entry 272 \"A股\" spans chunks: ")]
    [InlineData(272, """{"piece":"股份","cost":5,"part":true}""",
        "entry 272 \"股份\" is marked as a part; allowed only for single Chinese characters")]
    [InlineData(272, """{"piece":"股份","cost":5,"from":[272]}""", "entry 272 \"股份\" comes from ids that are not before it")]
    [InlineData(272, """{"piece":"股份","cost":5,"from":[3]}""", "entry 272 \"股份\" comes from ids that are not before it")]
    [InlineData(272, """{"piece":"股份","cost":5,"from":[]}""", "entry 272 \"股份\" comes from ids that are not before it")]
    [InlineData(272, """{"piece":"股份","cost":"5"}""", "not a vocabulary")]
    public void File_WithAWrongEntryIsRefused(int id, string entry, string sentence)
    {
        var file = JsonNode.Parse(VocabularyFile.Write(TinyVocabulary.Of((" ", 5_000), ("公司", 6_000))))!;
        file["entries"]![id] = JsonNode.Parse(entry);

        Assert.StartsWith($"bad.json: {sentence}", Refusal(file.ToJsonString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"schema_version\":1,\"algorithm\":\"unigram\",\"entr")]
    [InlineData("\0\u0001\u0002")]
    public void File_OfGarbageIsRefused(string content) => Assert.StartsWith("bad.json: ", Refusal(content));

    [Fact]
    public void File_ThatIsCutAnywhereIsRefused()
    {
        var bytes = VocabularyFile.Write(TinyVocabulary.Of((" ", 5_000), ("公司", 6_000)));
        for (var length = 0; length < bytes.Length - 2; length += 7)
        {
            Assert.Throws<InvalidDataException>(() => VocabularyFile.Parse(bytes.AsSpan(0, length), "cut"));
        }
    }

    [Fact]
    public void File_OfTooManyEntriesIsRefused()
    {
        IReadOnlyList<VocabularyEntry> entries =
        [
            .. TinyVocabulary.Heads(),
            .. Enumerable.Range(0, 16_384 - 271).Select(i => new VocabularyEntry(((char)(0x4E00 + i)).ToString(), 5))
        ];

        Assert.Equal(
            "16,385 entries; allowed: 273 to 16,384",
            Assert.Throws<InvalidDataException>(() => new Vocabulary(entries, 9)).Message);
    }

    [Fact]
    public void File_OfTooManyBytesIsNotRead()
    {
        using (var file = File.Create(PathOf("tokenizer.json")))
        {
            file.SetLength(17 << 20);
        }

        Assert.Contains(
            "a vocabulary has at most 16,777,216 bytes",
            Assert.Throws<InvalidDataException>(() => Vocabulary.Load(folder)).Message);
    }

    [Fact]
    public void File_ThatIsMissingIsNamed() =>
        Assert.Contains(
            "there is no vocabulary /nowhere/tokenizer.json",
            Assert.Throws<FileNotFoundException>(() => Vocabulary.Load("/nowhere/tokenizer.json")).Message);

    private static string Refusal(string content) =>
        Assert.Throws<InvalidDataException>(() => VocabularyFile.Parse(Encoding.UTF8.GetBytes(content), "bad.json")).Message;

    private string PathOf(string name) => Path.Combine(folder, name);
}
