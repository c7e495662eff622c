using Jianwei.Core.Contracts;
using Jianwei.Core.Contracts.Raw;
using Jianwei.Core.Text;
using Jianwei.Ingest.Normalisation;

namespace Jianwei.Ingest.Events;

/// <summary>How a <see cref="CompanyChange"/> becomes an event.</summary>
public static class CompanyChangeFacts
{
    /// <summary>Key of the business scope among the profile texts, where the source names no field.</summary>
    public const string ScopeKey = "scope";

    /// <summary>Fields of kind <c>other</c> that are free text about the company.</summary>
    private static readonly string[] ProfileFields = ["description", "long_description", "one_liner"];

    public static EventFacts Of(CompanyChange change, string? currency) => change.Kind switch
    {
        CompanyChangeKind.Capital => Capital(change, currency),
        CompanyChangeKind.Scope => new(EventType.ChangeScope, Summary("scope", change), Text: Profile(change, change.Field ?? ScopeKey)),
        CompanyChangeKind.Other => Other(change),
        var kind => new(Type(kind), Summary(Words(kind), change)),
    };

    private static EventType Type(CompanyChangeKind kind) => kind switch
    {
        CompanyChangeKind.LegalRepresentative => EventType.ChangeLegalRepresentative,
        CompanyChangeKind.Shareholder => EventType.ChangeShareholder,
        CompanyChangeKind.Name => EventType.ChangeName,
        CompanyChangeKind.Address => EventType.ChangeAddress,
        CompanyChangeKind.Management => EventType.ChangeManagement,
        CompanyChangeKind.Status => EventType.ChangeStatus,
        CompanyChangeKind.Branch => EventType.ChangeBranch,
        CompanyChangeKind.OutwardInvestment => EventType.ChangeOutwardInvestment,
        _ => EventType.ChangeOther,
    };

    private static string Words(CompanyChangeKind kind) => kind switch
    {
        CompanyChangeKind.LegalRepresentative => "legal representative",
        CompanyChangeKind.OutwardInvestment => "outward investment",
        _ => kind.ToString().ToLowerInvariant(),
    };

    private static EventFacts Capital(CompanyChange change, string? currency)
    {
        var (before, after) = (Quantity.Of(change.Before), Quantity.Of(change.After));
        var type = Direction(before, after, EventType.ChangeCapitalIncreased, EventType.ChangeCapitalDecreased, EventType.ChangeCapital);
        return new(type, Summary("capital", change, currency), after, after is null ? null : currency);
    }

    private static EventFacts Other(CompanyChange change)
    {
        switch (change.Field)
        {
            case "head_count":
                var (before, after) = (Quantity.Of(change.Before), Quantity.Of(change.After));
                var type = Direction(before, after, EventType.ChangeHeadCountIncreased, EventType.ChangeHeadCountDecreased,
                    EventType.ChangeHeadCount);
                return new(type, Summary("head count", change), after, after is null ? null : EventFacts.People);
            case "website":
                return new(EventType.ChangeWebsite, Summary("website", change));
            case { } field when Array.IndexOf(ProfileFields, field) >= 0:
                return new(EventType.ChangeProfile, Summary(field.Replace('_', ' '), change), Text: Profile(change, field));
            default:
                return new(EventType.ChangeOther, Summary(change.Field ?? "other", change));
        }
    }

    private static EventType Direction(double? before, double? after, EventType increased, EventType decreased, EventType unknown) =>
        (before, after) switch
        {
            ({ } from, { } to) when to > from => increased,
            ({ } from, { } to) when to < from => decreased,
            _ => unknown,
        };

    private static TextChange Profile(CompanyChange change, string key) =>
        new(TextSegment.Profile, key, CleanText.Block(change.After?.ToString() ?? change.Text));

    private static string Summary(string what, CompanyChange change, string? currency = null)
    {
        var (before, after) = (Show(change.Before), Show(change.After));
        var unit = currency is null ? "" : " " + currency;
        return (before, after) switch
        {
            (null, null) => change.Text is null ? $"{what} changed" : $"{what}: {Short(change.Text, 150)}",
            (null, _) => $"{what}: {after}{unit}",
            (_, null) => $"{what} removed, was {before}{unit}",
            _ => $"{what}: {before} → {after}{unit}",
        };
    }

    private static string? Show(FieldValue? value) => value switch
    {
        { Number: { } number } => Figures.Show(number),
        { Text: { } text } => Short(text, 70),
        _ => null,
    };

    // The first characters are enough for a line, and normalising a whole text for it would be waste.
    private static string? Short(string text, int most) => CleanText.Line(CleanText.Cut(text, most));
}
