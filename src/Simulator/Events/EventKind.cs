namespace Jianwei.Simulator.Events;

/// <summary>What can happen to a company at random, in the order of <see cref="EventSpecs.All"/>.</summary>
public enum EventKind : byte
{
    LegalRepresentative,
    Shareholder,
    Management,
    CapitalUp,
    CapitalDown,
    Address,
    Scope,
    Description,
    HeadCountUp,
    HeadCountDown,
    Branch,
    OutwardInvestment,
    PostingOpened,
    JudgmentDefendant,
    JudgmentPlaintiff,
    Enforcement,
    Dishonesty,
    Penalty,
    Pledge,
    TaxArrears,
    LateFiling,
    InsolvencyPetition,
    LayOff,
    IntellectualProperty,
    TenderWon,
    QualificationGranted,
    QualificationExpired,

    /// <summary>Not random: every company files one a year, in its own month.</summary>
    AnnualReport,
}
