using System.Runtime.InteropServices;
using Jianwei.Alerts.Raising;
using Jianwei.Core.Contracts;
using Jianwei.Core.Reasons;
using Jianwei.Scorer.Fixtures;

namespace Jianwei.Alerts.Tests.Raising;

public sealed class ReasonMakerTests
{
    private static readonly DateTimeOffset Now = new(2024, 6, 30, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Items_AreTheLargestAndSumUpWithOtherAndResidual()
    {
        var parts = new ShiftParts(
            null, [.. Enumerable.Range(1, 9).Select(i => new ShiftPart(i % 2 == 0 ? -i * 0.1 : i * 0.1, $"g{i}", null))], 0.05);

        var reasons = ReasonMaker.Of(parts, parts.Parts.Sum(p => p.Value) + 0.05, 6, Events());

        Assert.Equal([0.9, -0.8, 0.7, -0.6, 0.5, -0.4], reasons.Items.Select(i => i.Value));
        Assert.Equal((0.2, 0.05), (reasons.Other, reasons.Residual));
        Assert.Equal(0.2, reasons.Items[0].Share);
    }

    [Fact]
    public void NothingTold_SaysWhy()
    {
        Assert.Equal("away", ReasonMaker.Of(ShiftParts.None("away"), 1, 6, Events()).Note);
        Assert.Equal("nothing that the model reads has changed", ReasonMaker.Of(new(null, [], 0), 0, 6, Events()).Note);
    }

    // Of legal, the three changed: two counts, shared evenly among judgments in their windows, and a sum, shared by amounts.
    [Fact]
    public void Group_IsSharedAmongTheEventsThatFeedIt()
    {
        var old = Event("old", EventType.FilingCourtJudgment, -100, 1_000);
        var fresh = Event("new", EventType.FilingCourtJudgment, -1, 3_000);
        var posting = Event("posting", EventType.PostingOpened, -1);

        var shared = Events(posting, fresh, old).Of(new(1.2, "legal", null));

        // 30 days: new alone. 365 days: half each. Amounts: 3 to 1. So 1.2 · (1 + 0.5 + 0.75) / 3 and 1.2 · (0.5 + 0.25) / 3.
        Assert.Equal([("new", 0.9), ("old", 0.3)], shared.Select(e => (e.SourceEventId, e.Value)));
        Assert.Equal("legal: new summary and 1 more", ReasonText.Of(new(1.2, "legal", null), shared));
    }

    [Fact]
    public void GroupThatNothingFed_IsTimes()
    {
        var shared = Events(Event("posting", EventType.PostingOpened, -1)).Of(new(-0.3, "legal", null));

        Assert.Empty(shared);
        Assert.Equal("legal: no event, only time that passed", ReasonText.Of(new(-0.3, "legal", null), shared));
    }

    [Fact]
    public void Text_IsTheEventsThatBroughtIt()
    {
        var text = new TextPart(TextChangeKind.New, TextSegment.Filing, "b", Now.AddDays(-2), "立即偿还。");
        var events = Events(
            Event("a", EventType.FilingCourtJudgment, -2), Event("b", EventType.FilingEnforcement, -2),
            Event("b", EventType.FilingEnforcement, -3), Event("p", EventType.PostingOpened, -2));

        var brought = Assert.Single(events.Of(new(0.7, null, text)));

        Assert.Equal(("b", EventType.FilingEnforcement, 0.7), (brought.SourceEventId, brought.Type, brought.Value));
        Assert.Equal(
            "p", Assert.Single(events.Of(new(0.7, null, text with { Segment = TextSegment.Posting, Key = "other" }))).SourceEventId);
        Assert.Empty(events.Of(new(0.7, null, text with { EventTime = Now })));
        Assert.Empty(events.Of(new(0.7, null, new(TextChangeKind.Gone))));
    }

    [Fact]
    public void Line_IsWhatAPersonReads()
    {
        var text = new TextPart(TextChangeKind.New, TextSegment.Filing, "b", Now.AddDays(-2), "被列为失信被执行人。");
        var parts = new ShiftParts(null, [new(0.75, null, text), new(-0.15, "hiring", null), new(0.1, null, new(TextChangeKind.Gone))], 0);

        var reasons = ReasonMaker.Of(parts, 0.7, 6, Events(Event("p", EventType.PostingOpened, -1))).Items;

        Assert.Equal(
            "↑75 % new filing text of 2024-06-28: “被列为失信被执行人。”; ↑10 % older texts that are no longer there; but ↓15 % hiring: p summary",
            ReasonText.Line(reasons, rising: true));
        Assert.Equal(
            "↓15 % hiring: p summary; but ↑75 % new filing text of 2024-06-28: “被列为失信被执行人。”; ↑10 % older texts that are no longer there",
            ReasonText.Line(reasons, rising: false));
    }

    private static EventSummary Event(string id, EventType type, int days, double? amount = null) => new()
    {
        EventId = id, Type = type, EventTime = Now.AddDays(days), ObservedTime = Now.AddDays(days),
        Amount = amount, Source = "s", SourceEventId = id, Summary = $"{id} summary",
    };

    // Every feature changed.
    private static ReasonEvents Events(params EventSummary[] events) => new(
        FusedPackage.Catalogue, Bytes(Enumerable.Repeat(0f, FusedPackage.Catalogue.Count)),
        Bytes(Enumerable.Repeat(1f, FusedPackage.Catalogue.Count)), Now, events);

    private static byte[] Bytes(IEnumerable<float> values) => MemoryMarshal.AsBytes(values.ToArray().AsSpan()).ToArray();
}
