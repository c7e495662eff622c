namespace Jianwei.Core.Contracts.Raw;

/// <summary>A message of topic <c>company-changes</c>: an entry of a register or directory changed.</summary>
public sealed record CompanyChange : RawMessage
{
    public required CompanyChangeKind Kind { get; init; }

    /// <summary>The source's name of what changed, e.g. <c>head_count</c>, <c>website</c>, <c>long_description</c>.</summary>
    public string? Field { get; init; }

    public FieldValue? Before { get; init; }

    public FieldValue? After { get; init; }

    /// <summary>ISO 4217 currency of numeric values.</summary>
    public string? Currency { get; init; }

    public string? Text { get; init; }
}

/// <summary>What changed.</summary>
public enum CompanyChangeKind
{
    LegalRepresentative,
    Shareholder,
    Capital,
    Name,
    Address,
    Scope,
    Management,
    Status,
    Branch,
    OutwardInvestment,
    Other,
}
