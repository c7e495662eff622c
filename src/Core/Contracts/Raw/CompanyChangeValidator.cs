namespace Jianwei.Core.Contracts.Raw;

/// <summary>Topic <c>company-changes</c>.</summary>
internal sealed class CompanyChangeValidator() : RawValidator(
    new ChoiceRule<CompanyChangeKind>("kind", Required: true),
    TextRule.Label("field", required: false, 64),
    new ValueRule("before"),
    new ValueRule("after"),
    TextRule.Currency("currency"),
    TextRule.Free("text", TextLimit))
{
    private protected override RawMessage Build(RawFields fields) => new CompanyChange
    {
        Source = fields.Text(Source)!,
        SourceEventId = fields.Text(SourceEventId)!,
        Company = fields.Company!,
        EventTime = fields.Text(EventTime),
        ObservedTime = fields.Text(ObservedTime)!,
        Kind = fields.Choice<CompanyChangeKind>(Own)!.Value,
        Field = fields.Text(Own + 1),
        Before = fields.Value(Own + 2),
        After = fields.Value(Own + 3),
        Currency = fields.Text(Own + 4),
        Text = fields.Text(Own + 5),
    };
}
