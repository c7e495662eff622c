using Jianwei.Core.Contracts.Raw;
using Jianwei.Simulator.Events;
using Jianwei.Simulator.Text;
using Jianwei.Simulator.World;

namespace Jianwei.Simulator.Narration;

/// <summary>Puts what happened to a neighbourhood into raw messages. Shared by all threads.</summary>
public sealed class Narrator(SimulatedWorld world, Outages outages, StoryLanguage language)
{
    // Companies are registered over the first days, so that the stream does not begin with all of them at once.
    private const int RegistrationDays = 10;

    private readonly IReadOnlyList<BulkEdit> edits = BulkEdit.Of(world);

    /// <summary>All messages of a neighbourhood that are observed before the end of the events, in no order.</summary>
    public List<Delivery> Tell(Neighbourhood neighbourhood, Life[] lives, IReadOnlyList<List<Occurrence>> occurrences)
    {
        var told = new List<Delivery>();
        for (var i = 0; i < lives.Length; i++)
        {
            var story = new CompanyStory(world, outages, language, neighbourhood.Companies[i], lives[i], told);
            Register(story, neighbourhood);
            Happen(story, occurrences[i]);
            Ties(story, neighbourhood, lives);
            Outcome(story);
        }

        return told;
    }

    private void Register(CompanyStory story, Neighbourhood neighbourhood)
    {
        story.Begin(0, 1 << 18);
        story.Wordings[Slot.Ties] = string.Concat(story.Company.Links.Select(link =>
        {
            story.Wordings[Slot.Other] = language.NameOf(world.Seed, neighbourhood.Companies[link.Other]);
            return story.Write("tie." + FilingStories.TieName(link.Kind));
        }));
        ChangeStories.Register(story, world.Calendar.Start(0) + story.Below(RegistrationDays * (int)Calendar.Day));
    }

    // In order of event time: an entry of the register says what it was before.
    private void Happen(CompanyStory story, List<Occurrence> occurrences)
    {
        var due = new Queue<BulkEdit>(edits.Where(e => e.Region == story.Company.Region && story.Life.AliveAfter(e.Month)));
        foreach (var occurrence in occurrences)
        {
            while (due.TryPeek(out var edit) && edit.Day <= occurrence.Time)
            {
                ChangeStories.Renumber(story, due.Dequeue());
            }

            Tell(story, occurrence);
        }

        foreach (var edit in due)
        {
            ChangeStories.Renumber(story, edit);
        }
    }

    private static void Tell(CompanyStory story, Occurrence occurrence)
    {
        story.Begin(occurrence.Month, occurrence.Number);
        story.Wordings.Take(occurrence);
        switch (occurrence.Spec.Feed)
        {
            case Feed.Registry:
                ChangeStories.Tell(story, occurrence);
                break;
            case Feed.Postings:
                PostingStories.Tell(story, occurrence);
                break;
            default:
                FilingStories.Tell(story, occurrence);
                break;
        }
    }

    private void Ties(CompanyStory story, Neighbourhood neighbourhood, Life[] lives)
    {
        foreach (var link in story.Company.Links)
        {
            var other = lives[link.Other];
            if (other.DefaultMonth < world.Calendar.Months && story.Life.AliveAfter(other.DefaultMonth))
            {
                FilingStories.Related(story, link, language.NameOf(world.Seed, neighbourhood.Companies[link.Other]), other);
            }
        }
    }

    private void Outcome(CompanyStory story)
    {
        if (story.Life.DefaultMonth >= world.Calendar.Months)
        {
            return;
        }

        story.Add(story.Life.DefaultKnown, at => new Outcome
        {
            Source = "sim", SourceEventId = story.IdOf(story.Life.DefaultMonth, "default"), Company = story.Reference, ObservedTime = at,
            Kind = OutcomeKind.Default, Date = CompanyStory.Day(story.Life.DefaultTime),
        });
    }
}
