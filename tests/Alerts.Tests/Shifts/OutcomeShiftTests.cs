using Jianwei.Alerts.Shifts;
using Jianwei.Alerts.Subscriptions;
using Jianwei.Core.Contracts;
using static Jianwei.Alerts.Tests.Shifts.Given;

namespace Jianwei.Alerts.Tests.Shifts;

/// <summary>What a reported outcome does to a company's shifts.</summary>
public sealed class OutcomeShiftTests
{
    private readonly List<Shift> shifts = [];
    private readonly List<Resolve> resolves = [];
    private ShiftMachine machine = new(new());
    private ShiftState? state;

    [Theory]
    [InlineData(EventType.OutcomeDefault)]
    [InlineData(EventType.OutcomeBankruptcy)]
    [InlineData(EventType.OutcomeClosure)]
    [InlineData(EventType.OutcomeExit)]
    public void End_IsAShiftAndTheLastOne(EventType kind)
    {
        Feed(Score(1, 0, 0.05), Score(2, 40, 0.05).Reporting(kind), Score(3, 41, 0.35), Score(4, 90, 0.6), Score(5, 200, 0.01));

        var shift = Assert.Single(shifts);
        Assert.Equal((ShiftRule.Outcome, kind, false), (shift.Rule, shift.Outcome!.Type, shift.Falling));
        Assert.Equal(new Resolve(-1, ResolveReason.Outcome), Assert.Single(resolves));
        Assert.True(state!.Ended);
    }

    [Fact]
    public void End_WaitsForNoCoolDown_AndTakesThePlaceOfTheScoresOwnShift()
    {
        Feed(Score(1, 0, 0.05), Score(2, 1, 0.12), Score(3, 2, 0.35).Reporting(EventType.OutcomeDefault));

        Assert.Equal([ShiftRule.BandEntered, ShiftRule.Outcome], shifts.Select(s => s.Rule));
    }

    [Fact]
    public void Cured_IsToldAndShiftsGoOn()
    {
        Feed(
            Score(1, 0, 0.05), Score(2, 1, 0.05).Reporting(EventType.OutcomeDefault), Score(3, 10, 0.6),
            Score(4, 20, 0.05).Reporting(EventType.OutcomeCured));
        Assert.Equal([ShiftRule.Outcome, ShiftRule.Outcome], shifts.Select(s => s.Rule));
        Assert.True(shifts[1].Falling);
        Assert.Equal([new(-1, ResolveReason.Outcome), new(-1, ResolveReason.Cured)], resolves);

        Feed(Score(5, 60, 0.35));
        Assert.Equal((ShiftRule.BandEntered, 4L), (shifts[2].Rule, shifts[2].Before!.Value.StateVersion));
    }

    [Fact]
    public void TheSameOutcomeFromAnotherSource_IsToldOnce_AndAnotherDayOrKindAgain()
    {
        Feed(
            Score(1, 0, 0.05), Score(2, 5, 0.05).Reporting(EventType.OutcomeDefault, day: 4),
            Score(3, 9, 0.05).Reporting(EventType.OutcomeDefault, "bank", day: 4),
            Score(4, 20, 0.05).Reporting(EventType.OutcomeBankruptcy), Score(5, 30, 0.05).Reporting(EventType.OutcomeBankruptcy));

        Assert.Equal([2, 4, 5], shifts.Select(s => s.After.StateVersion));
    }

    // A slow register repeats a default of before the cure; a slow court cures a default of before this one.
    [Fact]
    public void EndOfBeforeTheCure_AndCureOfBeforeTheEnd_ChangeNothing()
    {
        Feed(
            Score(1, 0, 0.05), Score(2, 5, 0.05).Reporting(EventType.OutcomeDefault, day: 4),
            Score(3, 9, 0.05).Reporting(EventType.OutcomeCured, day: 8),
            Score(4, 20, 0.05).Reporting(EventType.OutcomeDefault, "register", day: 4));
        Assert.Equal([2, 3], shifts.Select(s => s.After.StateVersion));
        Assert.False(state!.Ended);

        Feed(
            Score(5, 30, 0.05).Reporting(EventType.OutcomeDefault, day: 29),
            Score(6, 40, 0.05).Reporting(EventType.OutcomeCured, "court", day: 8));
        Assert.Equal([2, 3, 5], shifts.Select(s => s.After.StateVersion));
        Assert.True(state!.Ended);
    }

    [Fact]
    public void FirstScore_MayReportAnOutcome()
    {
        Feed(Score(1, 0, 0.35).Reporting(EventType.OutcomeDefault));

        Assert.Null(Assert.Single(shifts).Before);
        Assert.Equal(ShiftRule.Outcome, shifts[0].Rule);
    }

    [Fact]
    public void OtherModel_TellsTheOutcomeAndKeepsTheEnd()
    {
        Feed(Score(1, 0, 0.05), Score(2, 40, 0.05, "m/2").Reporting(EventType.OutcomeDefault));
        Assert.Null(Assert.Single(shifts).Before);
        Assert.Equal(new Resolve(-1, ResolveReason.Outcome), Assert.Single(resolves));

        Feed(Score(3, 41, 0.05, "m/3"), Score(4, 99, 0.6, "m/3"));
        Assert.Single(shifts);
        Assert.True(state!.Ended);
    }

    [Fact]
    public void SourceOfParts_IsAnEventLikeOthers()
    {
        Feed(Score(1, 0, 0.05), Score(2, 1, 0.05).Reporting(EventType.OutcomeClosure, "warn"), Score(3, 2, 0.12));
        Assert.Equal(ShiftRule.BandEntered, Assert.Single(shifts).Rule);
        Assert.Null(state!.Outcome);

        machine = new(new() { OutcomesOfParts = "shops, plants" });
        Feed(
            Score(4, 3, 0.12).Reporting(EventType.OutcomeClosure, "plants"), Score(5, 4, 0.12).Reporting(EventType.OutcomeClosure, "warn"));
        Assert.Equal([3, 5], shifts.Select(s => s.After.StateVersion));
    }

    [Fact]
    public void Score_CarriesTheOutcomeOfItsEvent()
    {
        var score = AlertsWorld.Score("X:1", 1, 0, 0.05);
        Assert.Null(ScorePoint.Of(score).Outcome);
        Assert.Null(ScorePoint.Of(score with { Event = null }).Outcome);
        Assert.Equal(
            EventType.OutcomeCured,
            ScorePoint.Of(score with { Event = score.Event! with { Type = EventType.OutcomeCured } }).Outcome!.Type);
    }

    [Fact]
    public void Subscription_AlwaysWantsAnOutcome()
    {
        Feed(Score(1, 0, 0.05), Score(2, 1, 0.12), Score(3, 2, 0.12).Reporting(EventType.OutcomeDefault));

        var subscription = new Subscription(1, "high", 5, "console");
        Assert.Equal([false, true], shifts.Select(s => subscription.Wants(s, Bands)));
    }

    // Written by a program that knew of no outcomes.
    [Fact]
    public void OlderState_IsRead()
    {
        var bytes = Convert.FromHexString(
            "0102010101" + "0200000000000000" + "00C0C5116F0BDC08" + "0000000000000840"
            + "0500000000000000" + "E8480B00" + "0000000000000840" + "01"
            + "0200000000000000" + "00C0C5116F0BDC08" + "000000000000E03F" + "0000000000000840" + "01"
            + "0500000000000000" + "00C0C5116F0BDC08" + "01");
        var read = ShiftStateCodec.Decode(bytes, "m/1");

        Assert.Null(read.Outcome);
        Assert.False(read.Ended);
        Assert.Equal((2L, 5L, 1), (read.StateVersion, read.Events, read.LastShift!.Value.Band));
        Assert.Equal(bytes, ShiftStateCodec.Encode(read));
    }

    private void Feed(params ScorePoint[] scores)
    {
        foreach (var score in scores)
        {
            var step = machine.Apply(state, score, Bands);
            state = step.State;
            shifts.AddRange(step.Shift is { } shift ? [shift] : []);
            resolves.AddRange(step.Resolve is { } resolve ? [resolve] : []);
        }
    }
}
