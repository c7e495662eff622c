namespace Jianwei.Core.Text;

public sealed class CleanTextTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData(" \t\r\n\u0000", null)]
    [InlineData("  上海\u3000 样例\u0001公司 \n", "上海 样例公司")]
    [InlineData("a\u00A0b\u200Bc", "a bc")]
    [InlineData("one\r\n\r\n two", "one two")]
    public void Line_IsOneCleanLine(string? text, string? clean) => Assert.Equal(clean, CleanText.Line(text));

    [Fact]
    public void Block_KeepsLineBreaks() => Assert.Equal("one\ntwo three", CleanText.Block(" one \r\n\r\n two\tthree\n"));

    [Fact]
    public void Cut_NeverSplitsACharacter() => Assert.Equal("ab…", CleanText.Cut("ab😀😀", 4));
}
