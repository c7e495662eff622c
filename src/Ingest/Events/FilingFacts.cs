using System.Text.Json;
using Jianwei.Core.Contracts;
using Jianwei.Core.Contracts.Raw;
using Jianwei.Core.Text;

namespace Jianwei.Ingest.Events;

/// <summary>
/// How a <see cref="Filing"/> becomes an event. Lay-offs count people, everything else money where there is some. A company
/// that is plaintiff, creditor or pledgee in a matter of law is not the one in distress: its event is of type other.
/// </summary>
public static class FilingFacts
{
    public static EventFacts Of(Filing filing, string sourceEventId, string? currency)
    {
        var type = Type(filing);
        var people = type is EventType.FilingLayOffNotice or EventType.FilingClosureNotice || filing.Amount is null;
        var amount = people ? filing.HeadCount : filing.Amount;
        var unit = amount is null ? null : people ? EventFacts.People : currency;
        var text = CleanText.Block(filing.Text) is { } content ? new TextChange(TextSegment.Filing, sourceEventId, content) : null;
        return new(type, Summary(filing, amount, unit), amount, unit, text);
    }

    private static EventType Type(Filing filing) => filing.Kind switch
    {
        FilingKind.LayOffNotice => filing.Detail is "closure" ? EventType.FilingClosureNotice : EventType.FilingLayOffNotice,
        FilingKind.CourtJudgment => Against(filing) ? EventType.FilingCourtJudgment : EventType.FilingOther,
        FilingKind.Enforcement => Against(filing) ? EventType.FilingEnforcement : EventType.FilingOther,
        FilingKind.InsolvencyPetition => Against(filing) ? EventType.FilingInsolvencyPetition : EventType.FilingOther,
        FilingKind.Pledge => Against(filing) ? EventType.FilingPledge : EventType.FilingOther,
        FilingKind.Penalty => EventType.FilingPenalty,
        FilingKind.DishonestyListing => EventType.FilingDishonestyListing,
        FilingKind.AnnualReport => EventType.FilingAnnualReport,
        FilingKind.LateFiling => EventType.FilingLateFiling,
        FilingKind.TaxArrears => EventType.FilingTaxArrears,
        FilingKind.RegulatoryFiling => EventType.FilingRegulatoryFiling,
        FilingKind.IntellectualProperty => EventType.FilingIntellectualProperty,
        FilingKind.TenderWon => EventType.FilingTenderWon,
        FilingKind.QualificationGranted => EventType.FilingQualificationGranted,
        FilingKind.QualificationExpired => EventType.FilingQualificationExpired,
        _ => EventType.FilingOther,
    };

    private static bool Against(Filing filing) => filing.Role is not (PartyRole.Plaintiff or PartyRole.Creditor or PartyRole.Pledgee);

    private static string Summary(Filing filing, double? amount, string? unit)
    {
        var what = filing is { Kind: FilingKind.LayOffNotice, Detail: "closure" } ? "closure notice"
            : filing.Kind == FilingKind.LayOffNotice ? "lay-off notice"
            : JsonNamingPolicy.SnakeCaseLower.ConvertName(filing.Kind.ToString()).Replace('_', ' ');
        var role = filing.Role is null or PartyRole.Subject ? "" : $", {filing.Role.ToString()!.ToLowerInvariant()}";
        var detail = filing.Detail is null or "closure" ? "" : $" ({CleanText.Line(filing.Detail)?.Replace('_', ' ')})";
        var figure = amount is { } number ? $": {Figures.Show(number)}{(unit is null ? "" : " " + unit)}" : "";
        return $"{what}{detail}{role}{figure}";
    }
}
