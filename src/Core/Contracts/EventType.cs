namespace Jianwei.Core.Contracts;

/// <summary>
/// What happened to a company, as one byte. Codes are stored in Redis for ever: add at the end of a block, never renumber.
/// The wire name is <c>block.snake_case</c>, e.g. <c>filing.court_judgment</c>; see <see cref="EventTypes"/>.
/// </summary>
public enum EventType : byte
{
    /// <summary>No event: an unset value is a bug and is refused by validation.</summary>
    None = 0,

    /// <summary>Time passed without news: the sweeper's tick. It advances stream time and is never stored as a record.</summary>
    Tick = 1,

    ChangeLegalRepresentative = 10,
    ChangeShareholder = 11,
    ChangeCapitalIncreased = 12,
    ChangeCapitalDecreased = 13,
    ChangeCapital = 14,
    ChangeName = 15,
    ChangeAddress = 16,
    ChangeScope = 17,
    ChangeManagement = 18,
    ChangeStatus = 19,
    ChangeBranch = 20,
    ChangeOutwardInvestment = 21,
    ChangeHeadCountIncreased = 22,
    ChangeHeadCountDecreased = 23,
    ChangeHeadCount = 24,
    ChangeProfile = 25,
    ChangeWebsite = 26,
    ChangeOther = 39,

    PostingOpened = 40,
    PostingUpdated = 41,
    PostingClosed = 42,

    FilingLayOffNotice = 60,
    FilingClosureNotice = 61,
    FilingCourtJudgment = 62,
    FilingEnforcement = 63,
    FilingPenalty = 64,
    FilingDishonestyListing = 65,
    FilingAnnualReport = 66,
    FilingLateFiling = 67,
    FilingPledge = 68,
    FilingTaxArrears = 69,
    FilingInsolvencyPetition = 70,
    FilingRegulatoryFiling = 71,
    FilingIntellectualProperty = 72,
    FilingTenderWon = 73,
    FilingQualificationGranted = 74,
    FilingQualificationExpired = 75,
    FilingOther = 99,

    OutcomeDefault = 100,
    OutcomeBankruptcy = 101,
    OutcomeExit = 102,
    OutcomeClosure = 103,
    OutcomeCured = 104,
}
