namespace Jianwei.Alerts.Shifts;

/// <summary>
/// The shift rules: a pure function from (state, score) to (state, what follows). Which batch a score came in, how often, and
/// what the clock said have no part in it.
/// </summary>
/// <remarks>
/// A rise above the announced band is a shift at once, or, during a cool-down, when the cool-down ends and it is still there;
/// a rise above the last shift's band does not wait. A fall during a cool-down ends alerts and stays quiet. A reported outcome is
/// always a shift, and one that ends the company is the last until it is cured.
/// </remarks>
public sealed class ShiftMachine(ShiftOptions options)
{
    private readonly HashSet<string> ofParts = new(
        options.OutcomesOfParts.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal);

    /// <summary>Applies one score. Its probability is in (0, 1) and its log-odds finite.</summary>
    /// <param name="state">The company's state, or null before its first score.</param>
    /// <param name="score">The score.</param>
    /// <param name="bands">Bands of the score's model.</param>
    public ShiftStep Apply(ShiftState? state, in ScorePoint score, BandScale bands)
    {
        if (state is null)
        {
            return First(score, bands);
        }

        if (score.StateVersion <= state.StateVersion)
        {
            return new() { State = state };
        }

        var now = Later(score.AsOf, state.AsOf);
        return string.Equals(score.Model, state.Model, StringComparison.Ordinal)
            ? Next(Advance(state, now), score, now, bands)
            : Rebase(state, score, now, bands);
    }

    private ShiftStep First(in ScorePoint score, BandScale bands)
    {
        var mark = MarkOf(score, score.AsOf, bands.First(score.Probability), score.HasEvent ? 1 : 0);
        var outcome = OutcomeOf(null, score);
        ShiftRule? rule = outcome is not null ? ShiftRule.Outcome : options.FirstScore && mark.Band > 0 ? ShiftRule.BandEntered : null;
        var shift = ShiftTo(score, rule, null, 0, mark);
        var state = new ShiftState
        {
            StateVersion = mark.StateVersion,
            AsOf = mark.AsOf,
            Model = score.Model,
            LogOdds = mark.LogOdds,
            Band = mark.Band,
            Announced = mark.Band,
            Events = mark.Events,
            Reference = mark,
            ReferenceSlot = 0,
            LastShift = shift is null ? null : new(mark.AsOf, mark.Band),
            Stored = HistoryOf(mark),
            Outcome = outcome,
        };
        return new() { State = state, Applied = true, Shift = shift, Store = true, FeatureSlot = 0 };
    }

    private ShiftStep Rebase(ShiftState state, in ScorePoint score, DateTimeOffset now, BandScale bands)
    {
        var mark = MarkOf(score, now, bands.First(score.Probability), EventsAfter(state, score));
        var slot = 1 - state.ReferenceSlot;
        var outcome = OutcomeOf(state, score);
        var shift = ShiftTo(score, outcome is null ? null : ShiftRule.Outcome, null, 0, mark);
        var next = Moved(state, mark) with
        {
            Model = score.Model,
            Announced = mark.Band,
            Reference = mark,
            Checkpoint = null,
            ReferenceSlot = slot,
            LastShift = shift is not null ? new(mark.AsOf, mark.Band) : state.LastShift is { } last ? last with { Band = mark.Band } : null,
            Stored = HistoryOf(mark),
            Outcome = outcome ?? state.Outcome,
        };
        return new()
        {
            State = next, Applied = true, Shift = shift, Rebased = true, Store = true, FeatureSlot = slot,
            Resolve = EndOf(state, outcome) ?? new(mark.Band, ResolveReason.Rebased),
        };
    }

    private ShiftStep Next(ShiftState state, in ScorePoint score, DateTimeOffset now, BandScale bands)
    {
        var mark = MarkOf(score, now, bands.Next(state.Band, score.Probability), EventsAfter(state, score));
        var outcome = OutcomeOf(state, score);
        var rule = outcome is not null ? ShiftRule.Outcome : state.Ended || CoolingDown(state, mark) ? null : RuleOf(state, mark);
        var shift = ShiftTo(score, rule, state.Reference, state.ReferenceSlot, mark);
        var store = shift is not null || BelongsToHistory(state.Stored, mark);
        var next = Moved(state, mark) with
        {
            Announced = shift is null ? Math.Min(state.Announced, mark.Band) : mark.Band,
            Stored = store ? HistoryOf(mark) : state.Stored,
            Outcome = outcome ?? state.Outcome,
        };
        (next, var slot) = Remember(next, shift, mark);
        return new()
        {
            State = next, Applied = true, Shift = shift, Store = store, FeatureSlot = slot,
            Resolve = EndOf(state, outcome) ?? (state.Ended ? null : ResolveOf(state, mark, shift)),
        };
    }

    /// <summary>Lets the checkpoint take the reference's place once it is a horizon old.</summary>
    private ShiftState Advance(ShiftState state, DateTimeOffset now) =>
        state.Checkpoint is { } checkpoint && now - checkpoint.AsOf >= options.Horizon
            ? state with { Reference = checkpoint, Checkpoint = null, ReferenceSlot = 1 - state.ReferenceSlot }
            : state;

    private (ShiftState State, int? Slot) Remember(ShiftState state, Shift? shift, in Mark mark)
    {
        var other = 1 - state.ReferenceSlot;
        if (shift is not null)
        {
            return (
                state with { Reference = mark, Checkpoint = null, ReferenceSlot = other, LastShift = new(mark.AsOf, mark.Band) },
                other);
        }

        return state.Checkpoint is null && mark.AsOf - state.Reference.AsOf >= options.Horizon
            ? (state with { Checkpoint = mark }, other)
            : (state, null);
    }

    // Null where the score reports none, the one that was reported last once more, or an end of before the cure (or a cure of
    // before the end) reported last.
    private OutcomeMark? OutcomeOf(ShiftState? state, in ScorePoint score) =>
        score.Outcome is { } reported && !ofParts.Contains(reported.Source) && OutcomeMark.Of(reported) is var mark
            && mark != state?.Outcome
            && !(state?.Outcome is { } last && last.Ends != mark.Ends && mark.Day < last.Day)
            ? mark
            : null;

    private static Resolve? EndOf(ShiftState state, OutcomeMark? outcome) =>
        outcome is { Ends: true } ? new(-1, ResolveReason.Outcome)
        : outcome is not null && state.Ended ? new(-1, ResolveReason.Cured)
        : null;

    private ShiftRule? RuleOf(ShiftState state, in Mark mark) =>
        mark.Band > state.Announced ? ShiftRule.BandEntered
        : mark.Band < state.Announced ? ShiftRule.BandLeft
        : Math.Abs(mark.LogOdds - state.Reference.LogOdds) >= options.Jump ? ShiftRule.Jump
        : null;

    private bool CoolingDown(ShiftState state, in Mark mark) =>
        state.LastShift is { } last && mark.AsOf - last.AsOf < options.CoolDown && mark.Band <= last.Band;

    private bool BelongsToHistory(in HistoryMark stored, in Mark mark) =>
        mark.Band != stored.Band || Day(mark.AsOf) != stored.Day || Math.Abs(mark.LogOdds - stored.LogOdds) > options.HistoryEpsilon;

    private static Resolve? ResolveOf(ShiftState state, in Mark mark, Shift? shift) =>
        mark.Band < state.Band ? new(mark.Band == 0 && shift is { Falling: true } ? -1 : mark.Band, ResolveReason.Recovered)
        : mark.Band == 0 && shift is { Falling: true } ? new(-1, ResolveReason.Recovered)
        : null;

    private static Shift? ShiftTo(in ScorePoint score, ShiftRule? rule, Mark? before, int slot, in Mark after) =>
        rule is not { } found ? null
        : new(
            Shift.IdOf(score.CompanyId, after.StateVersion, found), found, before, slot, after,
            found == ShiftRule.Outcome ? score.Outcome : null);

    private static ShiftState Moved(ShiftState state, in Mark mark) => state with
    {
        StateVersion = mark.StateVersion, AsOf = mark.AsOf, LogOdds = mark.LogOdds, Band = mark.Band, Events = mark.Events,
    };

    private static Mark MarkOf(in ScorePoint score, DateTimeOffset now, int band, long events) =>
        new(score.StateVersion, now, score.Probability, score.LogOdds, band, events);

    private static HistoryMark HistoryOf(in Mark mark) => new(Day(mark.AsOf), mark.LogOdds, mark.Band);

    private static long EventsAfter(ShiftState state, in ScorePoint score) => state.Events + (score.HasEvent ? 1 : 0);

    private static int Day(DateTimeOffset time) => (int)(time.UtcTicks / TimeSpan.TicksPerDay);

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
