namespace Jianwei.Core.Kafka;

/// <summary>Names of the topics, with the configured prefix.</summary>
public sealed record Topics(string Prefix = "")
{
    public string CompanyChanges => Prefix + "company-changes";

    public string JobPostings => Prefix + "job-postings";

    public string Filings => Prefix + "filings";

    public string Outcomes => Prefix + "outcomes";

    public string Events => Prefix + "events";

    public string ScoreRequests => Prefix + "score-requests";

    public string Scores => Prefix + "scores";

    public string DeadLetters => Prefix + "dead-letters";

    /// <summary>The four topics that any producer may write to.</summary>
    public IReadOnlyList<string> Raw => [CompanyChanges, JobPostings, Filings, Outcomes];

    public IReadOnlyList<string> All => [.. Raw, Events, ScoreRequests, Scores, DeadLetters];
}
