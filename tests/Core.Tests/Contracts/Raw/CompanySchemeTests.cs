namespace Jianwei.Core.Contracts.Raw;

public sealed class CompanySchemeTests
{
    [Theory]
    [InlineData("CN-USCC", "91310000ma1fl5kq75", "91310000MA1FL5KQ75")]
    [InlineData("CN-USCC", "914403001922038216", "914403001922038216")]
    [InlineData("CN-USCC", "914403001922038217", null)]
    [InlineData("FR-SIREN", "732 829 320", "732829320")]
    [InlineData("FR-SIREN", "732829321", null)]
    [InlineData("GB-CRN", "sc123456", "SC123456")]
    [InlineData("DE-HRB", " Amtsgericht Muster HRB 1 ", "Amtsgericht Muster HRB 1")]
    [InlineData("DE-HRB", "  ", null)]
    [InlineData("US-CIK", "0000320193", "320193")]
    [InlineData("US-CIK", "000", null)]
    [InlineData("US-EIN", "12-3456789", "123456789")]
    [InlineData("LEI", "549300ekhbvlmkn1n602", "549300EKHBVLMKN1N602")]
    [InlineData("LEI", "549300EKHBVLMKN1N603", null)]
    [InlineData("WIKIDATA", "q42", "Q42")]
    [InlineData("X-WARN", "n:travelport", "n:travelport")]
    public void Scheme_GivesTheCanonicalIdOrNone(string scheme, string id, string? canonical)
    {
        Assert.True(CompanyScheme.TryGet(scheme, out var found));
        Assert.True(found.HasShape(id));
        Assert.Equal(canonical, found.Canonical(id));
    }

    [Theory]
    [InlineData("X-")]
    [InlineData("X-a")]
    [InlineData("CN")]
    [InlineData("")]
    public void Scheme_UnknownOnesAreNone(string scheme) => Assert.False(CompanyScheme.TryGet(scheme, out _));
}
