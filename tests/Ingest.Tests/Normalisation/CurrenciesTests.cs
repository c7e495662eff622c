namespace Jianwei.Ingest.Normalisation;

public sealed class CurrenciesTests
{
    [Theory]
    [InlineData("cny", "CNY")]
    [InlineData("RMB", "CNY")]
    [InlineData("usd", "USD")]
    [InlineData("XXX", null)]
    public void Currency_IsOfTheList(string text, string? currency) => Assert.Equal(currency, Currencies.Canonical(text));
}
