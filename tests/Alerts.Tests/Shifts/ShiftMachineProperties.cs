using FsCheck;
using FsCheck.Fluent;
using Jianwei.Alerts.Shifts;
using Jianwei.Core.Contracts;
using static Jianwei.Alerts.Tests.Shifts.Given;

namespace Jianwei.Alerts.Tests.Shifts;

/// <summary>Properties of the shift rules over random score streams of one company.</summary>
public sealed class ShiftMachineProperties
{
    private static readonly ShiftMachine Machine = new(new());

    private sealed record Stream(ScorePoint[] Scores)
    {
        public override string ToString() => string.Join(
            "; ", Scores.Select(s => $"v{s.StateVersion} {s.AsOf:yyyy-MM-dd HH:mm} p={s.Probability:0.000} {s.Model} {s.Outcome?.Type}"));
    }

    private static readonly EventType[] Outcomes = [EventType.OutcomeDefault, EventType.OutcomeCured, EventType.OutcomeClosure];

    private static readonly Arbitrary<Stream> Streams = Arb.From(
        from steps in Gen.Zip(
            Gen.Choose(1, 60).SelectMany(n => Gen.ListOf(Gen.Zip(Gen.Choose(0, 15 * 24), Gen.Choose(1, 99)), n)),
            Gen.Choose(0, 100_000))
        select new Stream([.. Scores(steps.Item1, steps.Item2)]),
        s => s.Scores.Length < 2 ? [] : [new([.. s.Scores[..^1]]), new([.. s.Scores[1..]])]);

    [Fact]
    public void Replay_ChangesNothing() => Check(stream =>
    {
        var (state, shifts) = Run(null, stream.Scores);
        var (again, more) = Run(state, stream.Scores);
        return again == state && more.Count == 0 && shifts.Select(s => s.Id).Distinct().Count() == shifts.Count;
    });

    [Fact]
    public void PrefixThenAllAgain_IsAllOnce() => Check(stream =>
    {
        var (all, shifts) = Run(null, stream.Scores);
        for (var cut = 0; cut <= stream.Scores.Length; cut++)
        {
            var (half, first) = Run(null, stream.Scores[..cut]);
            var (state, rest) = Run(half, stream.Scores);
            if (state != all || !first.Concat(rest).SequenceEqual(shifts))
            {
                return false;
            }
        }

        return true;
    });

    [Fact]
    public void DuplicatesAndOldVersions_AreSkipped() => Check(stream =>
    {
        var doubled = stream.Scores.SelectMany((s, i) => new[] { s, s, stream.Scores[i / 2] }).ToArray();
        var (once, shifts) = Run(null, stream.Scores);
        var (twice, same) = Run(null, doubled);
        return once == twice && shifts.SequenceEqual(same);
    });

    [Fact]
    public void StateInBytes_IsTheSameState() => Check(stream =>
    {
        // Encoded and decoded after every score: as if each had been a batch of its own.
        ShiftState? state = null;
        var shifts = new List<Shift>();
        foreach (var score in stream.Scores)
        {
            var step = Machine.Apply(state, score, Bands);
            state = ShiftStateCodec.Decode(ShiftStateCodec.Encode(step.State), step.State.Model);
            shifts.AddRange(step.Shift is { } shift ? [shift] : []);
            if (state != step.State)
            {
                return false;
            }
        }

        var (whole, same) = Run(null, stream.Scores);
        return state == whole && shifts.SequenceEqual(same);
    });

    [Fact]
    public void InsideHysteresisGap_BandNeverChanges() => Check(stream =>
    {
        var (state, _) = Run(null, [Score(1, 0, 0.12)]);
        foreach (var score in stream.Scores)
        {
            var inside = 0.06 + (score.Probability * 0.0399);
            var step = Machine.Apply(
                state,
                score with { StateVersion = score.StateVersion + 1, Probability = inside, LogOdds = LogOdds(inside), Model = "m/1" },
                Bands);
            state = step.State;
            if (state.Band != 1 || step.Shift is { Rule: ShiftRule.BandEntered or ShiftRule.BandLeft })
            {
                return false;
            }
        }

        return true;
    });

    [Fact]
    public void CoolDown_OnlyHigherBandsPass() => Check(stream =>
    {
        var (_, shifts) = Run(null, [.. stream.Scores.Select(s => s with { Model = "m/1" })]);
        return shifts.Zip(shifts.Skip(1)).All(pair =>
            pair.Second.Rule == ShiftRule.Outcome
                || pair.Second.After.AsOf - pair.First.After.AsOf >= TimeSpan.FromDays(30)
                || pair.Second.After.Band > pair.First.After.Band);
    });

    [Fact]
    public void Shift_IsAlwaysWithinOneModel() => Check(stream =>
    {
        var models = stream.Scores.ToDictionary(s => s.StateVersion, s => s.Model);
        var (_, shifts) = Run(null, stream.Scores);
        return shifts.All(s => s.Before is null || models[s.Before.Value.StateVersion] == models[s.After.StateVersion]);
    });

    [Fact]
    public void OutcomeReported_IsOneShift_AndNothingElseIsUntilACure() => Check(stream =>
    {
        var (ended, last) = (false, default(OutcomeMark?));
        var (state, found) = (default(ShiftState), new List<Shift>());
        foreach (var score in stream.Scores)
        {
            var step = Machine.Apply(state, score, Bands);
            state = step.State;
            var mark = score.Outcome is { } e ? OutcomeMark.Of(e) : last;
            mark = mark is { } m && last is { } l && m.Ends != l.Ends && m.Day < l.Day ? last : mark;
            var told = mark != last;
            if (told != (step.Shift?.Rule == ShiftRule.Outcome) || (ended && !told && step.Shift is not null))
            {
                return false;
            }

            (last, ended) = (mark, mark is { Ends: true });
            found.AddRange(step.Shift is { } shift ? [shift] : []);
        }

        return found.Select(s => s.Id).Distinct().Count() == found.Count;
    });

    private static void Check(Func<Stream, bool> property) =>
        Prop.ForAll(Streams, property).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    private static IEnumerable<ScorePoint> Scores(IEnumerable<(int Hours, int Percent)> steps, int seed)
    {
        var (version, hours) = (0L, 0);
        foreach (var (gap, percent) in steps)
        {
            hours += gap;
            version += 1 + ((seed & 0xff) % 3);
            seed = (seed * 31) + percent;
            var score = Score(
                version, hours / 24.0, percent / 100.0 / (1 + (Math.Abs(seed) % 5)),
                Math.Abs(seed) % 17 == 0 ? "m/2" : "m/1", seed % 2 == 0);
            yield return Math.Abs(seed) % 13 >= Outcomes.Length ? score : score.Reporting(Outcomes[Math.Abs(seed) % 13]);
        }
    }

    private static (ShiftState? State, List<Shift> Shifts) Run(ShiftState? state, IEnumerable<ScorePoint> scores)
    {
        var shifts = new List<Shift>();
        foreach (var score in scores)
        {
            var step = Machine.Apply(state, score, Bands);
            state = step.State;
            if (step.Shift is { } shift)
            {
                shifts.Add(shift);
            }
        }

        return (state, shifts);
    }
}
