namespace Jianwei.Core.Contracts.Raw;

/// <summary>The validators of the four raw topics.</summary>
public static class RawValidators
{
    public static RawValidator CompanyChanges { get; } = new CompanyChangeValidator();

    public static RawValidator JobPostings { get; } = new JobPostingValidator();

    public static RawValidator Filings { get; } = new FilingValidator();

    public static RawValidator Outcomes { get; } = new OutcomeValidator();

    /// <summary>The validator of a topic's name without prefix, e.g. <c>filings</c>; null where it is no raw topic.</summary>
    public static RawValidator? For(string topic) => topic switch
    {
        "company-changes" => CompanyChanges,
        "job-postings" => JobPostings,
        "filings" => Filings,
        "outcomes" => Outcomes,
        _ => null,
    };
}
