using Jianwei.Core.Contracts;
using Jianwei.Core.Contracts.Raw;
using Jianwei.Core.Text;

namespace Jianwei.Ingest.Events;

/// <summary>How a <see cref="JobPosting"/> becomes an event. Its amount is the salary, the higher end where there are two.</summary>
public static class JobPostingFacts
{
    public static EventFacts Of(JobPosting posting, string? currency)
    {
        var salary = posting.SalaryMax ?? posting.SalaryMin;
        var people = posting.HeadCount is { } count ? $", {Figures.Show(count)} people" : "";
        var place = CleanText.Line(posting.Location) is { } location ? $", {location}" : "";
        var title = CleanText.Line(posting.Title) ?? posting.PostingId;
        var word = posting.Action.ToString().ToLowerInvariant();
        return new(Type(posting.Action), $"posting {word}: {title}{people}{place}", salary, salary is null ? null : currency,
            Text(posting));
    }

    private static EventType Type(PostingAction action) => action switch
    {
        PostingAction.Opened => EventType.PostingOpened,
        PostingAction.Updated => EventType.PostingUpdated,
        _ => EventType.PostingClosed,
    };

    // An update without text leaves the text as it is. So does closing: what a company offered last year is still evidence,
    // and newer postings push it out.
    private static TextChange? Text(JobPosting posting)
    {
        if (posting.Action == PostingAction.Closed)
        {
            return null;
        }

        string?[] parts = [CleanText.Line(posting.Title), CleanText.Line(posting.Location), CleanText.Block(posting.Description)];
        var text = string.Join('\n', parts.Where(t => t is not null));
        return text.Length == 0 ? null : new(TextSegment.Posting, posting.PostingId, text);
    }
}
