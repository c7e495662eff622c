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
        new(EventKind.LegalRepresentative, Feed.Registry, 0.125, -0.275, 0),
        new(EventKind.Shareholder, Feed.Registry, 0.15, -0.165, 0),
        new(EventKind.Management, Feed.Registry, 0.225, -0.22, 0),
        new(EventKind.CapitalUp, Feed.Registry, 0.1, 0.11, 1.0),
        new(EventKind.CapitalDown, Feed.Registry, 0.037, -0.22, -1.0),
        new(EventKind.Address, Feed.Registry, 0.188, -0.055, 0),
        new(EventKind.Scope, Feed.Registry, 0.15, 0, 0.1, null, Wording.Scope),
        new(EventKind.Description, Feed.Registry, 0.312, 0, 0, null, Wording.Description),
        new(EventKind.HeadCountUp, Feed.Registry, 0.625, 0, 1.1),
        new(EventKind.HeadCountDown, Feed.Registry, 0.5, -0.11, -1.1),
        new(EventKind.Branch, Feed.Registry, 0.075, 0.055, 0.8),
        new(EventKind.OutwardInvestment, Feed.Registry, 0.075, 0.055, 0.7),
        new(EventKind.PostingOpened, Feed.Postings, 3.75, 0.22, 0.9, new(0.066, 0.20), Wording.Posting),
        new(EventKind.JudgmentDefendant, Feed.Filings, 0.312, -0.77, 0, new(-0.33, 1.0), Wording.Judgment),
        new(EventKind.JudgmentPlaintiff, Feed.Filings, 0.15, 0, 0),
        new(EventKind.Enforcement, Feed.Filings, 0.062, -1.045, 0),
        new(EventKind.Dishonesty, Feed.Filings, 0.015, -1.265, 0),
        new(EventKind.Penalty, Feed.Filings, 0.1, -0.275, 0),
        new(EventKind.Pledge, Feed.Filings, 0.1, -0.55, 0),
        new(EventKind.TaxArrears, Feed.Filings, 0.05, -0.88, 0),
        new(EventKind.LateFiling, Feed.Filings, 0.1, -0.605, 0),
        new(EventKind.InsolvencyPetition, Feed.Filings, 0.005, -1.43, 0),
        new(EventKind.LayOff, Feed.Filings, 0.05, -0.44, -0.7),
        new(EventKind.IntellectualProperty, Feed.Filings, 0.188, 0.165, 0.4),
        new(EventKind.TenderWon, Feed.Filings, 0.188, 0.22, 0.3),
        new(EventKind.QualificationGranted, Feed.Filings, 0.1, 0.11, 0.2),
        new(EventKind.QualificationExpired, Feed.Filings, 0.062, -0.22, -0.1),
        new(EventKind.AnnualReport, Feed.Filings, 0, 0, 0, null, Wording.Report),
    ];

    /// <summary>How many kinds there are.</summary>
    public static int Count => All.Count;

    public static EventSpec Of(EventKind kind) => All[(int)kind];
}
