namespace Jianwei.Simulator.Events;

/// <summary>
/// The kinds of events. Rates and slopes are invented: the order of the rates follows what registers, job boards and courts publish
/// about ordinary companies, the slopes what the credit literature calls signs of distress; none is estimated from data.
/// </summary>
public static class EventSpecs
{
    /// <summary>By <see cref="EventKind"/>.</summary>
    public static IReadOnlyList<EventSpec> All { get; } =
    [
        new(EventKind.LegalRepresentative, Feed.Registry, 0.10, -0.25, 0),
        new(EventKind.Shareholder, Feed.Registry, 0.12, -0.15, 0),
        new(EventKind.Management, Feed.Registry, 0.18, -0.20, 0),
        new(EventKind.CapitalUp, Feed.Registry, 0.08, 0.10, 1.0),
        new(EventKind.CapitalDown, Feed.Registry, 0.03, -0.20, -1.0),
        new(EventKind.Address, Feed.Registry, 0.15, -0.05, 0),
        new(EventKind.Scope, Feed.Registry, 0.12, 0, 0.1, null, Wording.Scope),
        new(EventKind.Description, Feed.Registry, 0.25, 0, 0, null, Wording.Description),
        new(EventKind.HeadCountUp, Feed.Registry, 0.50, 0, 1.1),
        new(EventKind.HeadCountDown, Feed.Registry, 0.40, -0.10, -1.1),
        new(EventKind.Branch, Feed.Registry, 0.06, 0.05, 0.8),
        new(EventKind.OutwardInvestment, Feed.Registry, 0.06, 0.05, 0.7),
        new(EventKind.PostingOpened, Feed.Postings, 3.0, 0.20, 0.6, new(0.06, 0.20), Wording.Posting),
        new(EventKind.JudgmentDefendant, Feed.Filings, 0.25, -0.70, 0, new(-0.30, 1.0), Wording.Judgment),
        new(EventKind.JudgmentPlaintiff, Feed.Filings, 0.12, 0, 0),
        new(EventKind.Enforcement, Feed.Filings, 0.05, -0.95, 0),
        new(EventKind.Dishonesty, Feed.Filings, 0.012, -1.15, 0),
        new(EventKind.Penalty, Feed.Filings, 0.08, -0.25, 0),
        new(EventKind.Pledge, Feed.Filings, 0.08, -0.50, 0),
        new(EventKind.TaxArrears, Feed.Filings, 0.04, -0.80, 0),
        new(EventKind.LateFiling, Feed.Filings, 0.08, -0.55, 0),
        new(EventKind.InsolvencyPetition, Feed.Filings, 0.004, -1.30, 0),
        new(EventKind.LayOff, Feed.Filings, 0.04, -0.40, -0.7),
        new(EventKind.IntellectualProperty, Feed.Filings, 0.15, 0.15, 0.4),
        new(EventKind.TenderWon, Feed.Filings, 0.15, 0.20, 0.3),
        new(EventKind.QualificationGranted, Feed.Filings, 0.08, 0.10, 0.2),
        new(EventKind.QualificationExpired, Feed.Filings, 0.05, -0.20, -0.1),
        new(EventKind.AnnualReport, Feed.Filings, 0, 0, 0, null, Wording.Report),
    ];

    /// <summary>How many kinds there are.</summary>
    public static int Count => All.Count;

    public static EventSpec Of(EventKind kind) => All[(int)kind];
}
