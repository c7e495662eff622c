using Jianwei.Alerts.Shifts;
using static Jianwei.Alerts.Tests.Shifts.Given;

namespace Jianwei.Alerts.Tests.Shifts;

public sealed class ShiftMachineTests
{
    private readonly ShiftMachine machine = new(new());
    private readonly List<Shift> shifts = [];
    private readonly List<Resolve> resolves = [];
    private ShiftState? state;

    [Fact]
    public void FirstScoreInLowestBand_IsNoShift()
    {
        Feed(Score(1, 0, 0.05));

        Assert.Empty(shifts);
        Assert.Equal(0, state!.Band);
    }

    [Fact]
    public void FirstScoreInHigherBand_IsShiftWithoutBefore()
    {
        Feed(Score(1, 0, 0.35));

        var shift = Assert.Single(shifts);
        Assert.Equal(ShiftRule.BandEntered, shift.Rule);
        Assert.Null(shift.Before);
        Assert.Equal(2, shift.After.Band);
    }

    [Fact]
    public void FirstScoreInHigherBand_WhenTurnedOff_IsNoShift()
    {
        Assert.Null(new ShiftMachine(new() { FirstScore = false }).Apply(null, Score(1, 0, 0.35), Bands).Shift);
    }

    [Fact]
    public void ReachingFire_EntersBand()
    {
        Feed(Score(1, 0, 0.05), Score(2, 1, 0.0999), Score(3, 2, 0.10));

        var shift = Assert.Single(shifts);
        Assert.Equal((ShiftRule.BandEntered, 1L, 3L), (shift.Rule, shift.Before!.Value.StateVersion, shift.After.StateVersion));
        Assert.Equal(2, shift.Events);
    }

    [Fact]
    public void BetweenRecoverAndFire_KeepsBand()
    {
        Feed(Score(1, 0, 0.11), Score(2, 40, 0.07), Score(3, 80, 0.0999));

        Assert.Single(shifts);
        Assert.Equal(1, state!.Band);
    }

    [Fact]
    public void FallingBelowRecoverAfterCoolDown_LeavesBandAndResolves()
    {
        Feed(Score(1, 0, 0.05), Score(2, 1, 0.12), Score(3, 40, 0.05));

        Assert.Equal([ShiftRule.BandEntered, ShiftRule.BandLeft], shifts.Select(s => s.Rule));
        Assert.True(shifts[1].Falling);
        Assert.Equal(new Resolve(-1, ResolveReason.Recovered), Assert.Single(resolves));
    }

    [Fact]
    public void FallInCoolDown_ResolvesQuietly_AndRiseIsToldWhenCoolDownEnds()
    {
        Feed(Score(1, 0, 0.05), Score(2, 1, 0.12), Score(3, 5, 0.05), Score(4, 9, 0.12));
        Assert.Single(shifts);
        Assert.Equal(new Resolve(0, ResolveReason.Recovered), Assert.Single(resolves));

        Feed(Score(5, 31.5, 0.12));
        Assert.Equal(2, shifts.Count);
        Assert.Equal(ShiftRule.BandEntered, shifts[1].Rule);
    }

    [Fact]
    public void RiseFurtherInCoolDown_IsShift()
    {
        Feed(Score(1, 0, 0.05), Score(2, 1, 0.12), Score(3, 2, 0.35));

        Assert.Equal([1, 2], shifts.Select(s => s.After.Band));
    }

    [Fact]
    public void JumpInsideBand_IsShift()
    {
        Feed(Score(1, 0, 0.01), Score(2, 10, 0.03));

        var shift = Assert.Single(shifts);
        Assert.Equal(ShiftRule.Jump, shift.Rule);
        Assert.False(shift.Falling);
        Assert.Equal(LogOdds(0.03) - LogOdds(0.01), shift.Change!.Value, 9);
    }

    [Fact]
    public void SlowDrift_IsNoJump()
    {
        // 1.2 in log-odds over 360 days: never 1.0 within twice the horizon.
        Feed([.. Enumerable.Range(0, 361).Select(day => Score(day + 1, day, Probability(-5 + (1.2 * day / 360)), hasEvent: false))]);

        Assert.Empty(shifts);
    }

    [Fact]
    public void Reference_IsBetweenOneAndTwoHorizonsOld()
    {
        for (var day = 0; day < 300; day++)
        {
            Feed(Score(day + 1, day, 0.02, hasEvent: false));
            var age = state!.AsOf - state.Reference.AsOf;
            Assert.InRange(age.TotalDays, Math.Min(day, 30), 60);
        }
    }

    [Fact]
    public void OtherModel_RebasesWithoutShift()
    {
        Feed(Score(1, 0, 0.05), Score(2, 1, 0.12), Score(3, 2, 0.01, "m/2"));

        Assert.Single(shifts);
        Assert.Equal(3, state!.Reference.StateVersion);
        Assert.Equal("m/2", state.Model);
        Assert.Equal(new Resolve(0, ResolveReason.Rebased), Assert.Single(resolves));

        Feed(Score(4, 50, 0.05, "m/2"));
        Assert.Equal(ShiftRule.Jump, shifts[1].Rule);
    }

    [Fact]
    public void EarlierStreamTime_DoesNotTurnTimeBack()
    {
        Feed(Score(1, 10, 0.05), Score(2, 3, 0.05));

        Assert.Equal(Start.AddDays(10), state!.AsOf);
    }

    [Fact]
    public void History_KeepsFirstOfDayBandChangesAndMoves()
    {
        var kept = new List<long>();
        foreach (var score in new[]
            {
                Score(1, 0, 0.05), Score(2, 0.1, 0.051), Score(3, 0.2, 0.06), Score(4, 0.3, 0.0999), Score(5, 0.4, 0.1), Score(6, 1, 0.1)
            })
        {
            var step = machine.Apply(state, score, Bands);
            state = step.State;
            if (step.Store)
            {
                kept.Add(score.StateVersion);
            }
        }

        Assert.Equal([1, 3, 4, 5, 6], kept);
    }

    private static double Probability(double logOdds) => 1 / (1 + Math.Exp(-logOdds));

    private void Feed(params ScorePoint[] scores)
    {
        foreach (var score in scores)
        {
            var step = machine.Apply(state, score, Bands);
            state = step.State;
            if (step.Shift is { } shift)
            {
                shifts.Add(shift);
            }

            if (step.Resolve is { } resolve)
            {
                resolves.Add(resolve);
            }
        }
    }
}
