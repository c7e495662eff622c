namespace Jianwei.Core.Contracts.Raw;

/// <summary>Topic <c>job-postings</c>.</summary>
internal sealed class JobPostingValidator() : RawValidator(
    new ChoiceRule<PostingAction>("action", Required: true),
    TextRule.Label("posting_id", required: true, 200),
    TextRule.Free("title", LineLimit),
    TextRule.Free("description", TextLimit),
    TextRule.Free("location", LineLimit),
    NumberRule.People("head_count"),
    NumberRule.Amount("salary_min"),
    NumberRule.Amount("salary_max"),
    TextRule.Currency("currency"))
{
    private protected override RawMessage Build(RawFields fields) => new JobPosting
    {
        Source = fields.Text(Source)!,
        SourceEventId = fields.Text(SourceEventId)!,
        Company = fields.Company!,
        EventTime = fields.Text(EventTime),
        ObservedTime = fields.Text(ObservedTime)!,
        Action = fields.Choice<PostingAction>(Own)!.Value,
        PostingId = fields.Text(Own + 1)!,
        Title = fields.Text(Own + 2),
        Description = fields.Text(Own + 3),
        Location = fields.Text(Own + 4),
        HeadCount = fields.Whole(Own + 5),
        SalaryMin = fields.Number(Own + 6),
        SalaryMax = fields.Number(Own + 7),
        Currency = fields.Text(Own + 8),
    };
}
