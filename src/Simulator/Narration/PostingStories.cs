using Jianwei.Core.Contracts.Raw;
using Jianwei.Simulator.Events;
using Jianwei.Simulator.World;

namespace Jianwei.Simulator.Narration;

/// <summary>
/// Postings as messages of <c>job-postings</c>: opened, some updated, most closed again after a time that has nothing to do with
/// health and begins when the opening was seen, so that updates and closings say nothing that the opening has not said.
/// </summary>
internal static class PostingStories
{
    private const double UpdatedShare = 0.15;
    private const double MeanOpenDays = 45;

    public static void Tell(CompanyStory story, Occurrence occurrence)
    {
        var id = story.IdOf(occurrence);
        var most = story.Language.English ? 0.14 : 1;
        var salary = Math.Round(Sectors.All[story.Company.Sector].Salary * most * Math.Exp(occurrence.Surprise) / 100) * 100;
        var (title, text) = (story.Write("posting.title"), story.Write("posting.text"));
        var opened = new JobPosting
        {
            Source = "sim", SourceEventId = id + "-open", Company = story.Reference, ObservedTime = "", Action = PostingAction.Opened,
            PostingId = id, Title = title, Description = text, Location = story.Language.Cities[story.Company.Region],
            HeadCount = 1 + story.Below(5), SalaryMin = Math.Round(salary * 0.7 / 100) * 100, SalaryMax = salary, Currency = story.Currency,
        };
        var eventTime = CompanyStory.Time(occurrence.Time);
        story.Tell(Feed.Postings, occurrence.Observed, at => opened with { EventTime = eventTime, ObservedTime = at });
        var closing = occurrence.Observed + (long)(Calendar.Day * (1 - (MeanOpenDays * Math.Log(1 - story.Between(0, 1)))));
        var change = occurrence.Observed + (long)(story.Between(0.1, 0.9) * (closing - occurrence.Observed));
        if (story.Chance(UpdatedShare))
        {
            Follow(
                story,
                opened with { SourceEventId = id + "-update", Action = PostingAction.Updated, HeadCount = 1 + story.Below(5) },
                change);
        }

        Follow(story, new JobPosting
        {
            Source = "sim", SourceEventId = id + "-close", Company = story.Reference, ObservedTime = "", Action = PostingAction.Closed,
            PostingId = id,
        }, closing);
    }

    // A company that has defaulted no longer looks after its postings.
    private static void Follow(CompanyStory story, JobPosting message, long time)
    {
        if (story.Life.DefaultMonth == int.MaxValue || time < story.Life.DefaultTime)
        {
            story.Tell(
                Feed.Postings, story.Deliver(Feed.Postings, time),
                at => message with { EventTime = CompanyStory.Time(time), ObservedTime = at });
        }
    }
}
