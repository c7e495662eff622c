namespace Jianwei.Core.Contracts.Raw;

/// <summary>Topic <c>outcomes</c>.</summary>
internal sealed class OutcomeValidator() : RawValidator(
    new ChoiceRule<OutcomeKind>("kind", Required: true),
    TextRule.Time("date", required: true))
{
    private protected override RawMessage Build(RawFields fields) => new Outcome
    {
        Source = fields.Text(Source)!,
        SourceEventId = fields.Text(SourceEventId)!,
        Company = fields.Company!,
        EventTime = fields.Text(EventTime),
        ObservedTime = fields.Text(ObservedTime)!,
        Kind = fields.Choice<OutcomeKind>(Own)!.Value,
        Date = fields.Text(Own + 1)!,
    };
}
