namespace Jianwei.Ingest.Companies;

/// <summary>A company reference in its scheme's canonical form.</summary>
public readonly record struct CompanyIdentifier(string Scheme, string Value)
{
    /// <summary>The canonical company id of a company that has no other: <c>SCHEME:VALUE</c>.</summary>
    public string CompanyId => $"{Scheme}:{Value}";
}
