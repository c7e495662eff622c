using System.Globalization;
using Jianwei.Core.Contracts.Raw;
using Jianwei.Simulator.Events;
using Jianwei.Simulator.Text;
using Jianwei.Simulator.World;
using Calendar = Jianwei.Simulator.World.Calendar;

namespace Jianwei.Simulator.Narration;

/// <summary>Occurrences of courts and authorities as messages of <c>filings</c>.</summary>
internal static class FilingStories
{
    // Yuan a person: the middle of the amounts.
    private const double JudgmentScale = 3_000;
    private const double PlainScale = 2_000;
    private const double WrongFactor = 10;

    public static void Tell(CompanyStory story, Occurrence occurrence)
    {
        story.Wordings[Slot.Other] = story.Stranger();
        story.Wordings[Slot.Year] = Calendar.TimeOf(occurrence.Time).AddMonths(occurrence.Kind == EventKind.AnnualReport ? -12 : 0)
            .Year.ToString(CultureInfo.InvariantCulture);
        var filing = occurrence.Kind switch
        {
            EventKind.JudgmentDefendant => Money(
                story, FilingKind.CourtJudgment, "judgment.text",
                JudgmentScale * story.Company.HeadCount * Math.Exp(occurrence.Surprise), PartyRole.Defendant),
            EventKind.JudgmentPlaintiff => Plain(story, FilingKind.CourtJudgment, "plaintiff.text", PartyRole.Plaintiff),
            EventKind.Enforcement => Plain(story, FilingKind.Enforcement, "enforcement.text", PartyRole.Debtor),
            EventKind.Dishonesty => Plain(story, FilingKind.DishonestyListing, "dishonesty.text"),
            EventKind.Penalty => Plain(story, FilingKind.Penalty, "penalty.text"),
            EventKind.Pledge => Plain(story, FilingKind.Pledge, "pledge.text", PartyRole.Pledgor),
            EventKind.TaxArrears => Plain(story, FilingKind.TaxArrears, "tax.text"),
            EventKind.LateFiling => Words(story, FilingKind.LateFiling, "late.text"),
            EventKind.InsolvencyPetition => Words(story, FilingKind.InsolvencyPetition, "insolvency.text", PartyRole.Debtor),
            EventKind.LayOff => LayOff(story),
            EventKind.IntellectualProperty => Words(story, FilingKind.IntellectualProperty, "ip.text"),
            EventKind.TenderWon => Plain(story, FilingKind.TenderWon, "tender.text"),
            EventKind.QualificationGranted => Words(story, FilingKind.QualificationGranted, "granted.text"),
            EventKind.QualificationExpired => Words(story, FilingKind.QualificationExpired, "expired.text"),
            EventKind.AnnualReport => Words(story, FilingKind.AnnualReport, "report.text"),
            _ => throw new ArgumentOutOfRangeException(nameof(occurrence), occurrence.Kind, "not a filing"),
        };
        filing = filing with { SourceEventId = story.IdOf(occurrence), EventTime = CompanyStory.Day(occurrence.Time) };
        if (MayBeWrong(occurrence.Kind) && story.Chance(story.CorrectionShare))
        {
            Correct(story, filing, occurrence.Observed);
        }
        else
        {
            story.Tell(Feed.Filings, occurrence.Observed, at => filing with { ObservedTime = at });
        }
    }

    /// <summary>A company to which this one is tied has defaulted.</summary>
    public static void Related(CompanyStory story, Link link, string other, Life defaulted)
    {
        story.Begin(defaulted.DefaultMonth, (1 << 19) + 1 + link.Other);
        story.Wordings[Slot.Other] = other;
        story.Wordings[Slot.Relation] = story.Write("relation." + TieName(link.Kind));
        var filing = Words(story, FilingKind.RegulatoryFiling, "related.text") with
        {
            SourceEventId = story.IdOf(defaulted.DefaultMonth, $"related{link.Other}"), Detail = "related_party_default",
            EventTime = CompanyStory.Day(defaulted.DefaultKnown),
        };
        var due = defaulted.DefaultKnown + (long)story.Between(3_600, 2 * Calendar.Day);
        story.Tell(Feed.Filings, story.Deliver(Feed.Filings, due), at => filing with { ObservedTime = at });
    }

    public static string TieName(LinkKind kind) => kind.ToString().ToLowerInvariant();

    // Amounts that say nothing about health: a wrong one misleads nobody who knows that.
    private static bool MayBeWrong(EventKind kind) =>
        kind is EventKind.Penalty or EventKind.Pledge or EventKind.TaxArrears or EventKind.Enforcement;

    // First the wrong amount, some weeks later the right one, which says of itself that it is a correction.
    private static void Correct(CompanyStory story, Filing right, long observed)
    {
        var amount = right.Amount!.Value * (story.Chance(0.5) ? WrongFactor : 1 / WrongFactor);
        var wrong = right with { Amount = amount, Text = null };
        story.Tell(Feed.Filings, observed, at => wrong with { ObservedTime = at });
        var later = story.Deliver(Feed.Filings, observed + (long)story.Between(3 * Calendar.Day, 40 * Calendar.Day));
        var correction =
            right with { SourceEventId = right.SourceEventId + "-corrected", Detail = "correction", Text = story.Write("correction.text") };
        story.Tell(Feed.Filings, later, at => correction with { ObservedTime = at });
    }

    private static Filing Plain(CompanyStory story, FilingKind kind, string rule, PartyRole? role = null) =>
        With(story, kind, rule, story.PlainMoney(PlainScale), role);

    private static Filing Money(CompanyStory story, FilingKind kind, string rule, double yuan, PartyRole? role) =>
        With(story, kind, rule, story.Money(yuan), role);

    private static Filing With(CompanyStory story, FilingKind kind, string rule, double amount, PartyRole? role) =>
        Words(story, kind, rule, role) with { Amount = amount, Currency = story.Currency };

    private static Filing LayOff(CompanyStory story)
    {
        var people = Math.Max(1, (int)(story.HeadCount * story.Between(0.05, 0.4)));
        story.Wordings[Slot.People] = people.ToString(CultureInfo.InvariantCulture);
        return Words(story, FilingKind.LayOffNotice, "layoff.text") with { HeadCount = people };
    }

    private static Filing Words(CompanyStory story, FilingKind kind, string rule, PartyRole? role = null) => new()
    {
        Source = "sim", SourceEventId = "", Company = story.Reference, ObservedTime = "",
        Kind = kind, Role = role, Text = story.Write(rule),
    };
}
