using Jianwei.Core.Contracts;
using Jianwei.Core.Reasons;

namespace Jianwei.Alerts.Raising;

/// <summary>Makes an alert's reasons of a shift's parts: few, the largest first, the rest together.</summary>
public static class ReasonMaker
{
    /// <summary>Of values and shares.</summary>
    public const int Decimals = 4;

    /// <param name="parts">The shift, taken apart.</param>
    /// <param name="change">Change of log-odds that the reasons are to sum up to.</param>
    /// <param name="limit">Most reasons.</param>
    /// <param name="events">The events in between.</param>
    public static Reasons Of(ShiftParts parts, double change, int limit, ReasonEvents events)
    {
        if (parts.Parts.Count == 0)
        {
            var note = parts.Note ?? "nothing that the model reads has changed";
            return Reasons.None(note) with { Residual = Math.Round(parts.Residual, Decimals) };
        }

        var all = parts.Parts.Sum(p => Math.Abs(p.Value));
        var items = parts.Parts
            .OrderByDescending(p => Math.Abs(p.Value))
            .ThenBy(p => p.Group, StringComparer.Ordinal)
            .ThenBy(p => p.Text?.Key, StringComparer.Ordinal)
            .Take(limit)
            .Select(p => Item(p, all, events.Of(p)))
            .Where(r => r.Value != 0)
            .ToList();
        var residual = Math.Round(parts.Residual, Decimals);
        return new(parts.Note, items, Math.Round(change - residual - items.Sum(i => i.Value), Decimals), residual);
    }

    /// <summary>A reported outcome is its own reason.</summary>
    /// <param name="outcome">The event.</param>
    /// <param name="change">Change of log-odds, of which it is told nothing.</param>
    public static Reasons Of(EventSummary outcome, double change) => new("an outcome is a fact: the model was not asked", [new()
    {
        Kind = Reason.OutcomeKind,
        Text = ReasonText.Of(outcome),
        Value = 0,
        Share = 0,
        Events = [new(outcome.Source, outcome.SourceEventId, outcome.Type, outcome.EventTime, outcome.Summary, 0)],
    }], Math.Round(change, Decimals), 0);

    private static Reason Item(ShiftPart part, double all, IReadOnlyList<ReasonEvent> events) => new()
    {
        Kind = part.Group is null ? "text" : "group",
        Text = ReasonText.Of(part, events),
        Value = Math.Round(part.Value, Decimals),
        Share = all > 0 ? Math.Round(Math.Abs(part.Value) / all, Decimals) : 0,
        Group = part.Group,
        Change = part.Text?.Change.ToString().ToLowerInvariant(),
        Segment = part.Text?.Segment?.ToString().ToLowerInvariant(),
        Key = part.Text?.Key,
        EventTime = part.Text?.EventTime,
        Sentence = part.Text?.Sentence,
        Events = events,
    };
}
