using Jianwei.Core.Contracts.Raw;

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

    [Theory]
    [InlineData("cny", "CNY")]
    [InlineData("RMB", "CNY")]
    [InlineData("usd", "USD")]
    [InlineData("XXX", null)]
    public void Currency_IsOfTheList(string text, string? currency) => Assert.Equal(currency, Currencies.Canonical(text));

    [Theory]
    [InlineData("8000000", 8e6)]
    [InlineData("8,000,000.5", 8000000.5)]
    [InlineData("800万元人民币", 8e6)]
    [InlineData("１．２亿", 1.2e8)]
    [InlineData("5000.000000 万人民币", 5e7)]
    [InlineData("很多", null)]
    [InlineData("", null)]
    public void Quantity_ReadsWhatRegistersWrite(string text, double? number) =>
        Assert.Equal(number, Quantity.Of(new FieldValue(text)) is { } found ? Math.Round(found, 6) : null);
}
