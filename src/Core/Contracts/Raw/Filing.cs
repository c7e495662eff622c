namespace Jianwei.Core.Contracts.Raw;

/// <summary>A message of topic <c>filings</c>: something that was filed, published or decided about a company.</summary>
public sealed record Filing : RawMessage
{
    public required FilingKind Kind { get; init; }

    /// <summary>A finer kind in the source's words, e.g. <c>closure</c>, <c>mass_layoff</c>, an 8-K item's number.</summary>
    public string? Detail { get; init; }

    public double? Amount { get; init; }

    public string? Currency { get; init; }

    /// <summary>People concerned, e.g. by a lay-off.</summary>
    public int? HeadCount { get; init; }

    /// <summary>The company's part in it; absent means subject.</summary>
    public PartyRole? Role { get; init; }

    public string? Text { get; init; }
}

/// <summary>What was filed.</summary>
public enum FilingKind
{
    LayOffNotice,
    CourtJudgment,
    Enforcement,
    Penalty,
    DishonestyListing,
    AnnualReport,
    LateFiling,
    Pledge,
    TaxArrears,
    InsolvencyPetition,
    RegulatoryFiling,
    IntellectualProperty,
    TenderWon,
    QualificationGranted,
    QualificationExpired,
    Other,
}

/// <summary>A company's part in a filing.</summary>
public enum PartyRole
{
    Subject,
    Plaintiff,
    Defendant,
    Creditor,
    Debtor,
    Pledgor,
    Pledgee,
    Other,
}
