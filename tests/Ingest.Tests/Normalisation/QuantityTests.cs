using Jianwei.Core.Contracts.Raw;

namespace Jianwei.Ingest.Normalisation;

public sealed class QuantityTests
{
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
