using Jianwei.Core.Contracts.Raw;
using Jianwei.Simulator.Events;
using Jianwei.Simulator.World;

namespace Jianwei.Simulator.Narration;

/// <summary>Occurrences of the registry as messages of <c>company-changes</c>.</summary>
internal static class ChangeStories
{
    public static void Tell(CompanyStory story, Occurrence occurrence)
    {
        var change = occurrence.Kind switch
        {
            EventKind.LegalRepresentative => Representative(story),
            EventKind.Shareholder => Simple(CompanyChangeKind.Shareholder, story.Write("person"), story.Write("person")),
            EventKind.Management => Simple(CompanyChangeKind.Management, story.Write("person"), story.Write("person")),
            EventKind.CapitalUp => Capital(story, 1 + story.Between(0.1, 1.0)),
            EventKind.CapitalDown => Capital(story, story.Between(0.3, 0.9)),
            EventKind.Address => Address(story),
            EventKind.Scope => Simple(CompanyChangeKind.Scope, null, story.Write("scope")),
            EventKind.Description => Simple(CompanyChangeKind.Other, null, story.Write("description"), "description"),
            EventKind.HeadCountUp => HeadCount(story, 1 + story.Between(0.05, 0.30)),
            EventKind.HeadCountDown => HeadCount(story, 1 - story.Between(0.05, 0.25)),
            EventKind.Branch => Simple(CompanyChangeKind.Branch, null, story.Write("address")),
            EventKind.OutwardInvestment => Simple(CompanyChangeKind.OutwardInvestment, null, story.Stranger()),
            _ => throw new ArgumentOutOfRangeException(nameof(occurrence), occurrence.Kind, "not a change of the register"),
        };
        Send(story, story.IdOf(occurrence), occurrence.Time, occurrence.Observed, change);
    }

    /// <summary>What the register says of a company when the world begins: description, head count, capital, representative.</summary>
    public static void Register(CompanyStory story, long time)
    {
        Change[] entries =
        [
            Simple(CompanyChangeKind.Other, null, story.Write("profile"), "long_description"),
            new(CompanyChangeKind.Other, "head_count", null, new FieldValue(story.HeadCount)),
            new(CompanyChangeKind.Capital, null, null, new FieldValue(story.Capital), story.Currency),
            Simple(CompanyChangeKind.LegalRepresentative, null, story.Representative),
        ];
        for (var i = 0; i < entries.Length; i++)
        {
            Send(story, story.IdOf(0, $"r{i}"), time, time + i, entries[i]);
        }
    }

    /// <summary>A city's streets were renumbered.</summary>
    public static void Renumber(CompanyStory story, BulkEdit edit)
    {
        story.Begin(edit.Month, 1 << 19);
        var observed = story.Deliver(Feed.Registry, edit.Day + story.Below((int)Calendar.Day));
        Send(story, story.IdOf(edit.Month, "bulk"), edit.Day, observed, Address(story) with { Text = story.Write("bulk.text") });
    }

    private static void Send(CompanyStory story, string id, long time, long observed, Change change) =>
        story.Tell(Feed.Registry, observed, at => new CompanyChange
        {
            Source = "sim", SourceEventId = id, Company = story.Reference, EventTime = CompanyStory.Day(time), ObservedTime = at,
            Kind = change.Kind, Field = change.Field, Before = change.Before, After = change.After,
            Currency = change.Currency, Text = change.Text,
        });

    private static Change Representative(CompanyStory story)
    {
        var before = story.Representative;
        story.Representative = story.Write("person");
        return Simple(CompanyChangeKind.LegalRepresentative, before, story.Representative);
    }

    private static Change Address(CompanyStory story)
    {
        var before = story.Address;
        story.Address = story.Write("address");
        return Simple(CompanyChangeKind.Address, before, story.Address);
    }

    private static Change Capital(CompanyStory story, double factor)
    {
        var before = story.Capital;
        story.Capital = Math.Max(1_000, Math.Round(before * factor / 1_000) * 1_000);
        return new(CompanyChangeKind.Capital, null, new FieldValue(before), new FieldValue(story.Capital), story.Currency);
    }

    // At least one person more or fewer, so that the direction shows.
    private static Change HeadCount(CompanyStory story, double factor)
    {
        var before = story.HeadCount;
        story.HeadCount = factor > 1
            ? Math.Max(before + 1, (int)Math.Round(before * factor))
            : Math.Max(0, Math.Min(before - 1, (int)Math.Round(before * factor)));
        return new(CompanyChangeKind.Other, "head_count", new FieldValue(before), new FieldValue(story.HeadCount));
    }

    private static Change Simple(CompanyChangeKind kind, string? before, string after, string? field = null) =>
        new(kind, field, before is null ? null : new FieldValue(before), new FieldValue(after));

    private sealed record Change(
        CompanyChangeKind Kind, string? Field, FieldValue? Before, FieldValue? After, string? Currency = null, string? Text = null);
}
