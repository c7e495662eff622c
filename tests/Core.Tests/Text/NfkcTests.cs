using System.Diagnostics;
using System.Text;
using Jianwei.Servers;

namespace Jianwei.Core.Text;

public sealed class NfkcTests
{
    [Theory]
    [InlineData("plain ASCII", "plain ASCII")]
    [InlineData("公司变更", "公司变更")]
    [InlineData("ＡＢＣ（１２）", "ABC(12)")]
    [InlineData("㍿①ﬁ", "株式会社1fi")]
    [InlineData("e\u0301", "é")]
    [InlineData("한", "한")]
    [InlineData("각", "각")]
    [InlineData("a\u0315\u0300\u05ae\u0301b", "à\u05ae\u0301\u0315b")]
    [InlineData("😀", "😀")]
    [InlineData("\uD87E\uDC00", "丽")]
    public void Text_ComesOutInFormKC(string text, string normal) => Assert.Equal(normal, Nfkc.Normalise(text));

    [Fact]
    public void Text_ThatIsInFormKCIsNotCopied()
    {
        var text = string.Concat("上海见微样例科技有限公司", "-1");
        Assert.Same(text, Nfkc.Normalise(text));
    }

    [Fact]
    public async Task EveryCodePointAndRandomTexts_AgreeWithPythonsDatabase()
    {
        if (!File.Exists("/usr/bin/python3"))
            Require.Unavailable("/usr/bin/python3 is missing");
        var random = new Random(5);
        var table = File.ReadLines(Path.Combine(Repository.Root, "src", "Core", "Text", "nfkc.txt"))
            .Where(l => l[0] != '#')
            .SelectMany(l => l.Split(' ').Skip(1).Take(2))
            .Select(h => Convert.ToInt32(h, 16))
            .Where(c => c > 255).ToArray();
        var codes = Enumerable.Range(0x20, 0x2FFFF).Where(c => c is not (>= 0xD800 and < 0xE000)).ToList();
        List<string> texts = [.. codes.Select(char.ConvertFromUtf32)];
        for (var i = 0; i < 20_000; i++)
            texts.Add(string.Concat(Enumerable.Range(0, 6)
                .Select(_ => char.ConvertFromUtf32(random.Next(3) == 0 ? 'a' + random.Next(26) : table[random.Next(table.Length)]))));

        var expected = await PythonAsync(texts);

        for (var i = 0; i < texts.Count; i++)
            Assert.True(
                expected[i] == Nfkc.Normalise(texts[i]),
                $"U+{string.Join(" U+", texts[i].EnumerateRunes().Select(r => r.Value.ToString("X")))}");
    }

    [Fact]
    public void Folding_IsTheSameWhereItAnswers()
    {
        var random = new Random(3);
        var folded = 0;
        for (var i = 0; i < 200_000; i++)
        {
            // Each unit of the first plane alone, then runs of Chinese, punctuation of full width, marks and jamo.
            var text = i < 0x10000 ? ((char)i).ToString() : new string([.. Enumerable.Range(0, 6).Select(_ => (char)(random.Next(5) switch
            {
                0 => 0xFF01 + random.Next(0xE0),
                1 => 0x300 + random.Next(0x70),
                2 => 0x1100 + random.Next(0x100),
                3 => 0x4E00 + random.Next(0x5000),
                _ => 0x20 + random.Next(0x200),
            }))]);
            var normal = new char[text.Length];
            if (Nfkc.TryFold(text, normal))
            {
                folded++;
                Assert.True(
                    Nfkc.Normalise(text) == new string(normal),
                    $"U+{string.Join(" U+", text.Select(c => ((int)c).ToString("X")))}");
            }
        }

        Assert.InRange(folded, 60_000, 199_000);
        Assert.True(Nfkc.TryFold("有限公司（Ａ）：１２，", new char[12]));
    }

    private static async Task<string[]> PythonAsync(List<string> texts)
    {
        const string Script = """
            import sys, unicodedata
            if unicodedata.unidata_version != "14.0.0": sys.exit(9)
            for line in sys.stdin.buffer:
                text = bytes.fromhex(line.decode().strip()).decode("utf-8")
                print(unicodedata.normalize("NFKC", text).encode("utf-8").hex())
            """;
        using var process = Process.Start(
            new ProcessStartInfo("/usr/bin/python3", ["-c", Script]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        await process.StandardInput.WriteAsync(
            string.Concat(texts.Select(t => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(t)) + "\n")));
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        if (process.ExitCode == 9)
            Assert.Skip("Python's Unicode version is not the table's (14.0)");
        return [.. (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(h => Encoding.UTF8.GetString(Convert.FromHexString(h)))];
    }
}
