using System.Buffers.Binary;
using Jianwei.Core.Contracts;
using Jianwei.Core.Features;
using Jianwei.Core.Reasons;

namespace Jianwei.Alerts.Raising;

/// <summary>Brings a reason's value down to the events in between.</summary>
/// <remarks>
/// For a group each feature that changed counts alike, and is shared among the events that it reads, by type and window: by their
/// amounts where it is made of amounts, else evenly. What no event feeds (windows that moved on, silence) is time's, and has no event:
/// the events have the whole value then only if there is one. A text belongs to the event that brought it.
/// </remarks>
public sealed class ReasonEvents(
    FeatureCatalogue catalogue, byte[] before, byte[] after, DateTimeOffset asOf, IReadOnlyList<EventSummary> events)
{
    /// <summary>Most events of a reason.</summary>
    public const int Limit = 5;

    private static readonly Aggregate[] OfAmounts = [Aggregate.Sum, Aggregate.Mean, Aggregate.Max, Aggregate.LastAmount];

    public IReadOnlyList<ReasonEvent> Of(ShiftPart part) => part switch
    {
        { Group: { } group } => OfGroup(group, part.Value),
        { Text: { Change: TextChangeKind.New } text } when Bringer(text) is { } bringer => [Share(bringer, part.Value)],
        _ => [],
    };

    private List<ReasonEvent> OfGroup(string group, double value)
    {
        var weights = new double[events.Count];
        var fed = 0;
        for (var i = 0; i < catalogue.Count; i++)
        {
            if (catalogue.Features[i].Group == group && Bits(before, i) != Bits(after, i) && Add(catalogue.Features[i], weights))
            {
                fed++;
            }
        }

        return fed == 0 ? [] : [.. events
            .Select((e, i) => Share(e, value * weights[i] / fed))
            .Where(e => e.Value != 0)
            .OrderByDescending(e => Math.Abs(e.Value))
            .ThenByDescending(e => e.EventTime)
            .ThenBy(e => e.SourceEventId, StringComparer.Ordinal)
            .Take(Limit)];
    }

    // A feature's weights sum up to 1; false where nothing in between feeds it.
    private bool Add(Feature feature, double[] weights)
    {
        var parts = new double[events.Count];
        var byAmount = OfAmounts.Contains(feature.Aggregate);
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = !Reads(feature, events[i]) ? 0 : byAmount ? Math.Abs(events[i].Amount ?? 0) : 1;
        }

        var sum = parts.Sum();
        if (sum is 0 || !double.IsFinite(sum))
        {
            return false;
        }

        for (var i = 0; i < parts.Length; i++)
        {
            weights[i] += parts[i] / sum;
        }

        return true;
    }

    // Windows are UTC days, the last of them that of as-of.
    private bool Reads(Feature feature, EventSummary happened)
    {
        var window = Math.Max(feature.WindowDays, feature.LongWindowDays);
        return feature.Events.Contains(happened.Type)
            && (window == 0 || (asOf.UtcDateTime.Date - happened.EventTime.UtcDateTime.Date).Days < window);
    }

    // Among those of the text's second and kind, the one with the text's key, else the newest.
    private EventSummary? Bringer(TextPart text)
    {
        var second = text.EventTime?.ToUnixTimeSeconds();
        var fitting = events.Where(e => e.EventTime.ToUnixTimeSeconds() == second && SegmentOf(e.Type) == text.Segment).ToList();
        return fitting.Find(e => e.SourceEventId == text.Key) ?? fitting.FirstOrDefault();
    }

    private static TextSegment? SegmentOf(EventType type) => EventTypes.Name(type).Split('.')[0] switch
    {
        "change" => TextSegment.Profile,
        "posting" => TextSegment.Posting,
        "filing" => TextSegment.Filing,
        _ => null,
    };

    private static ReasonEvent Share(EventSummary e, double value) =>
        new(e.Source, e.SourceEventId, e.Type, e.EventTime, e.Summary, Math.Round(value, ReasonMaker.Decimals));

    private static int Bits(byte[] vector, int index) => BinaryPrimitives.ReadInt32LittleEndian(vector.AsSpan(index * sizeof(float)));
}
