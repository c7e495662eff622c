namespace Jianwei.Core.Contracts.Raw;

/// <summary>Topic <c>filings</c>.</summary>
internal sealed class FilingValidator() : RawValidator(
    new ChoiceRule<FilingKind>("kind", Required: true),
    TextRule.Label("detail", required: false, 200),
    NumberRule.Amount("amount"),
    TextRule.Currency("currency"),
    NumberRule.People("head_count"),
    new ChoiceRule<PartyRole>("role", Required: false),
    TextRule.Free("text", TextLimit))
{
    private protected override RawMessage Build(RawFields fields) => new Filing
    {
        Source = fields.Text(Source)!,
        SourceEventId = fields.Text(SourceEventId)!,
        Company = fields.Company!,
        EventTime = fields.Text(EventTime),
        ObservedTime = fields.Text(ObservedTime)!,
        Kind = fields.Choice<FilingKind>(Own)!.Value,
        Detail = fields.Text(Own + 1),
        Amount = fields.Number(Own + 2),
        Currency = fields.Text(Own + 3),
        HeadCount = fields.Whole(Own + 4),
        Role = fields.Choice<PartyRole>(Own + 5),
        Text = fields.Text(Own + 6),
    };
}
