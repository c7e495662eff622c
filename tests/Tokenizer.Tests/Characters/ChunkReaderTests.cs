namespace Jianwei.Tokenizer.Characters;

public sealed class ChunkReaderTests
{
    // An underscore stands for a space that belongs to the chunk.
    [Theory]
    [InlineData("Inc. files: don't, it’s", "_Inc|.|_files|:|_don't|,|_it’s")]
    [InlineData("Q3 2021 up 1,234.56%", "_Q3|_2021|_up|_1,234.56|%")]
    [InlineData("1, 2.", "1|,|_2|.")]
    [InlineData("A股和5G网络", "_A|股和|5G|网络")]
    [InlineData("上海 Shanghai 上海", "上海|_Shanghai|_|上海")]
    [InlineData(" a", "_|_a")]
    [InlineData("——...!!", "——|...|!!")]
    [InlineData("a\n\nb", "_a|\n|\n|b")]
    [InlineData("カタカナ漢字", "_カタカナ|漢字")]
    [InlineData("😀𠮷", "😀|𠮷")]
    [InlineData("'a' a'", "'|a|'|_a|'")]
    public void Text_IsCutIntoChunks(string text, string chunks)
    {
        var found = new List<string>();
        foreach (var chunk in new ChunkReader(text))
        {
            found.Add((chunk.Spaced ? "_" : "") + chunk.In(text).ToString());
        }

        Assert.Equal(chunks, string.Join('|', found));
    }
}
