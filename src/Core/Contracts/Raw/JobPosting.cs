namespace Jianwei.Core.Contracts.Raw;

/// <summary>A message of topic <c>job-postings</c>.</summary>
public sealed record JobPosting : RawMessage
{
    public required PostingAction Action { get; init; }

    public required string PostingId { get; init; }

    public string? Title { get; init; }

    public string? Description { get; init; }

    public string? Location { get; init; }

    /// <summary>How many people are sought.</summary>
    public int? HeadCount { get; init; }

    public double? SalaryMin { get; init; }

    public double? SalaryMax { get; init; }

    public string? Currency { get; init; }
}

/// <summary>What happened to a posting.</summary>
public enum PostingAction
{
    Opened,
    Updated,
    Closed,
}
