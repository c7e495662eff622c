using Jianwei.Core.Contracts;
using Jianwei.Core.Reasons;

namespace Jianwei.Alerts.Raising;

/// <summary>Reasons as a person reads them.</summary>
public static class ReasonText
{
    /// <summary>
    /// One line of one reason, e.g. <c>new filing of 2024-05-01: “…”</c> or <c>legal: court judgment: 1,200,000 CNY</c>.
    /// </summary>
    public static string Of(ShiftPart part, IReadOnlyList<ReasonEvent> events) => part switch
    {
        { Text: { Change: TextChangeKind.New, Segment: { } segment } text } =>
            $"new {segment.ToString().ToLowerInvariant()} text of {text.EventTime:yyyy-MM-dd}: “{text.Sentence}”",
        { Text.Change: TextChangeKind.Gone } => "older texts that are no longer there",
        { Text: not null } => "texts, as a whole",
        _ => $"{part.Group!.Replace('_', ' ')}: {Happened(events)}",
    };

    /// <summary>A reported outcome, e.g. <c>default reported on 2024-03-01</c>; the day of its effect too, where that is another.</summary>
    public static string Of(EventSummary outcome)
    {
        var what = outcome.Type == EventType.OutcomeCured ? "cure" : EventTypes.Name(outcome.Type).Split('.')[1];
        var (effect, reported) = (outcome.EventTime.UtcDateTime, outcome.ObservedTime.UtcDateTime);
        return $"{what} reported on {reported:yyyy-MM-dd}" + (effect.Date == reported.Date ? "" : $", of {effect:yyyy-MM-dd}");
    }

    /// <summary>
    /// All of them in one line, each with its direction and share, those that go the way of the shift first:
    /// <c>↑62 % …; ↑8 % …; but ↓11 % …</c>. Empty where there are none.
    /// </summary>
    /// <param name="reasons">Largest first.</param>
    /// <param name="rising">Whether the risk rose.</param>
    public static string Line(IReadOnlyList<Reason> reasons, bool rising)
    {
        var along = reasons.Where(r => r.Value >= 0 == rising).Select(One).ToList();
        var against = reasons.Where(r => r.Value >= 0 != rising).Select((r, i) => i == 0 && along.Count > 0 ? $"but {One(r)}" : One(r));
        return string.Join("; ", along.Concat(against));
    }

    private static string One(Reason reason) => $"{(reason.Value < 0 ? '↓' : '↑')}{reason.Share:0 %} {reason.Text}";

    private static string Happened(IReadOnlyList<ReasonEvent> events) => events.Count switch
    {
        0 => "no event, only time that passed",
        1 => Named(events[0]),
        var count => $"{Named(events[0])} and {(count == ReasonEvents.Limit ? "more" : $"{count - 1} more")}",
    };

    private static string Named(ReasonEvent e) => e.Summary ?? EventTypes.Name(e.Type);
}
