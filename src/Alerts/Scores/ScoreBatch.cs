using Jianwei.Alerts.Models;
using Jianwei.Alerts.Shifts;
using Jianwei.Core.Contracts;

namespace Jianwei.Alerts.Scores;

/// <summary>A batch evaluated in memory: no I/O, and a second evaluation from the same states gives the same.</summary>
public sealed class ScoreBatch
{
    private readonly Dictionary<string, CompanyScores> companies = new(StringComparer.Ordinal);

    /// <summary>Companies whose state changed, in ordinal order of their ids: the order in which rows are locked.</summary>
    public IReadOnlyList<CompanyScores> Changed { get; private set; } = [];

    public List<StoredScore> Stored { get; } = [];

    public List<FoundShift> Shifts { get; } = [];

    public List<FoundResolve> Resolves { get; } = [];

    /// <summary>Scores applied, scores skipped as repetitions, and companies re-based to another model.</summary>
    public (int Applied, int Repeated, int Rebased) Counts { get; private set; }

    /// <summary>Evaluates scores in partition order.</summary>
    /// <param name="scores">Scores with their partitions, each company's in the order of its partition.</param>
    /// <param name="states">State of every company of the batch that has one.</param>
    public static ScoreBatch Evaluate(
        IReadOnlyList<ReadScore> scores, IReadOnlyDictionary<string, ShiftState> states, ShiftMachine machine, BandScales scales)
    {
        var batch = new ScoreBatch();
        foreach (var score in scores)
        {
            batch.Add(score, states, machine, scales.Of(score.Score.Model), scales.ReadsTexts(score.Score.Model));
        }

        batch.Changed = [.. batch.companies.Values.Where(c => c.Changed).OrderBy(c => c.CompanyId, StringComparer.Ordinal)];
        return batch;
    }

    private void Add(ReadScore read, IReadOnlyDictionary<string, ShiftState> states, ShiftMachine machine, BandScale scale, bool readsTexts)
    {
        var score = read.Score;
        if (!companies.TryGetValue(score.CompanyId, out var company))
        {
            company = new(score.CompanyId, read.Partition, states.GetValueOrDefault(score.CompanyId));
            companies.Add(score.CompanyId, company);
        }

        var step = machine.Apply(company.State, ScorePoint.Of(score), scale);
        Counts = step.Applied
            ? (Counts.Applied + 1, Counts.Repeated, Counts.Rebased + (step.Rebased ? 1 : 0))
            : (Counts.Applied, Counts.Repeated + 1, Counts.Rebased);
        if (!step.Applied)
        {
            return;
        }

        // Before Take: the shift's reference is what the slot held until now.
        if (step.Shift is { } shift)
        {
            Shifts.Add(new(company, shift, score, scale, company.Slots[shift.BeforeSlot]));
        }

        if (step.Resolve is { } resolve)
        {
            Resolves.Add(new(company.CompanyId, score.StateVersion, step.State.AsOf, resolve));
        }

        if (step.Store)
        {
            Stored.Add(new(score, step.State.AsOf, scale.Names[step.State.Band]));
        }

        company.Take(score, step, scale.Names[step.State.Band], readsTexts);
    }
}

/// <summary>A score and the partition that it was read from.</summary>
public readonly record struct ReadScore(Score Score, int Partition);

/// <summary>A row of the history.</summary>
/// <param name="Band">With hysteresis.</param>
public readonly record struct StoredScore(Score Score, DateTimeOffset AsOf, string Band);

/// <summary>A shift found in a batch.</summary>
/// <param name="Reference">Features of the score before, if this batch kept them; else they are in the database.</param>
public sealed record FoundShift(CompanyScores Company, Shift Shift, Score Score, BandScale Scale, KeptFeatures? Reference);

/// <summary>Alerts of a company raised before a state version that end.</summary>
public readonly record struct FoundResolve(string CompanyId, long StateVersion, DateTimeOffset AsOf, Resolve Resolve);
