using FsCheck;
using FsCheck.Fluent;
using Jianwei.Core.Contracts;

namespace Jianwei.Featurizer.State;

/// <summary>A state is a pure function of its log, whatever the batches were and however often it is read.</summary>
public sealed class CompanyStateTests
{
    private const int Partition = 3;

    [Fact]
    public void Apply_GivesTheSameBytesInAnyBatchSplit() =>
        Prop.ForAll(Step.Logs(80), ArbMap.Default.ArbFor<int>(), (steps, seed) =>
        {
            var events = Step.Events(steps);
            var every = (seed & 7) + 1;
            Assert.Equal(Bytes(events, _ => false), Bytes(events, i => i % every == 0));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    [Theory]
    [InlineData(3_600)]
    [InlineData(20)]
    public void Apply_GivesTheSameBytesInAnyBatchSplitOfACompanyThatIsFolded(int longestAdvance) =>
        Prop.ForAll(Step.Busy(1_500, longestAdvance), steps =>
        {
            var events = Step.Events(steps);
            Assert.Equal(Bytes(events, _ => false), Bytes(events, i => i % 61 == 0));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3));

    [Fact]
    public void Apply_ReadingTheLogAgainChangesNothing() =>
        Prop.ForAll(Step.Logs(80), steps =>
        {
            var events = Step.Events(steps);
            var state = Replay(events);
            var before = StateCodec.Encode(state);
            for (var i = 0; i < events.Count; i++)
                Assert.NotEqual(Applied.Yes, state.Apply(events[i], Partition, i));
            Assert.Equal(before, StateCodec.Encode(state));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    [Fact]
    public void Apply_TheSameEventsSentAgainChangeNothing() =>
        Prop.ForAll(Step.Logs(80), steps => SentAgain(Step.Events(steps))).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    [Theory]
    [InlineData(3_600)]
    [InlineData(2)]
    public void Apply_TheSameEventsSentAgainChangeNothingInACompanyThatIsFolded(int longestAdvance) =>
        Prop.ForAll(Step.Busy(1_500, longestAdvance), steps => SentAgain(Step.Events(steps)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(3));

    [Fact]
    public void Apply_ReadingFromAnyOlderStateGivesTheSameBytes() =>
        Prop.ForAll(Step.Logs(60), steps =>
        {
            var events = Step.Events(steps);
            var whole = StateCodec.Encode(Replay(events));
            var older = StateCodec.Encode(Replay(events.Take(events.Count / 2)));
            var state = StateCodec.Decode(older);
            for (var i = events.Count / 3; i < events.Count; i++)
                state.Apply(events[i], Partition, i);
            Assert.Equal(whole, StateCodec.Encode(state));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    [Fact]
    public void Apply_SaysWhatBecameOfAnEvent()
    {
        var state = new CompanyState();
        var day = new DateTimeOffset(2024, 5, 1, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal(Applied.StaleTick, state.Apply(Event("t", day, EventType.Tick), 0, 0));
        Assert.Equal(Applied.Yes, state.Apply(Event("a", day), 0, 1));
        Assert.Equal(Applied.Before, state.Apply(Event("b", day), 0, 1));
        Assert.Equal(Applied.Duplicate, state.Apply(Event("a", day), 0, 2));
        Assert.Equal(Applied.StaleTick, state.Apply(Event("t", day, EventType.Tick), 0, 3));
        Assert.Equal(Applied.Yes, state.Apply(Event("t", day.AddDays(1), EventType.Tick), 0, 4));
        Assert.Equal(Applied.Expired, state.Apply(Event("c", day.AddDays(-364)), 0, 5));
        Assert.Equal(Applied.Yes, state.Apply(Event("d", day.AddDays(-363)), 0, 6));
        Assert.Equal((3u, 6L, 2), (state.Version, state.Offset, state.Records.Length));
        Assert.Equal(Applied.Yes, state.Apply(Event("t", day.AddDays(2), EventType.Tick), 0, 7));
        Assert.Equal((1, 1), (state.Records.Length, state.LifetimeCells.Length));
        Assert.Equal(Applied.Expired, state.Apply(Event("d", day.AddDays(-363)), 0, 8));
    }

    [Fact]
    public void Apply_AnEventIsNeverAfterItsObservation()
    {
        var state = new CompanyState();
        var day = new DateTimeOffset(2024, 5, 1, 0, 0, 0, TimeSpan.Zero);
        state.Apply(Event("a", day) with { EventTime = day.AddDays(9) }, 0, 0);
        Assert.Equal(Days.SecondsOf(day), state.Records[0].EventTime);
    }

    [Theory]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("1969-12-31T23:59:59Z")]
    [InlineData("2106-02-07T06:28:15Z")]
    [InlineData("9999-12-31T23:59:59Z")]
    public void Apply_TakesAnyTime(string time)
    {
        var state = new CompanyState();
        Assert.Equal(Applied.Yes, state.Apply(Event("a", DateTimeOffset.Parse(time)), 0, 0));
        Assert.Equal(StateCodec.Encode(state), StateCodec.Encode(StateCodec.Decode(StateCodec.Encode(state))));
    }

    private static CompanyEvent Event(string id, DateTimeOffset observed, EventType type = EventType.FilingPenalty) => new()
    {
        EventId = $"{(byte)id[0]:x2}00000000000000", CompanyId = "X-TEST:1", Type = type, EventTime = observed, ObservedTime = observed,
        Source = "test", SourceEventId = id,
    };

    // A tick before anything is known of a company finds nothing to tick; sent again, when something is, it is a tick like any other.
    private static void SentAgain(List<CompanyEvent> log)
    {
        List<CompanyEvent> events = [.. log.SkipWhile(e => e.Type == EventType.Tick)];
        var state = Replay(events);
        var before = StateCodec.Encode(state);
        for (var i = 0; i < events.Count; i++)
            Assert.NotEqual(Applied.Yes, state.Apply(events[i], Partition, events.Count + i));
        Assert.Equal(before, StateCodec.Encode(state));
    }

    private static CompanyState Replay(IEnumerable<CompanyEvent> events)
    {
        var state = new CompanyState();
        var offset = 0;
        foreach (var e in events)
            state.Apply(e, Partition, offset++);
        return state;
    }

    // Stored and read back between two batches.
    private static byte[] Bytes(List<CompanyEvent> events, Func<int, bool> splitBefore)
    {
        var state = new CompanyState();
        for (var i = 0; i < events.Count; i++)
        {
            if (splitBefore(i))
                state = StateCodec.Decode(StateCodec.Encode(state));
            state.Apply(events[i], Partition, i);
        }

        return StateCodec.Encode(state);
    }
}
