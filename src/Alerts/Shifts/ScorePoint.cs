using Jianwei.Core.Contracts;

namespace Jianwei.Alerts.Shifts;

/// <summary>What the rules read of a score.</summary>
/// <param name="HasEvent">Whether an event caused it; false for a sweeper's tick.</param>
/// <param name="Outcome">That event, where it reports an outcome.</param>
public readonly record struct ScorePoint(
    string CompanyId, long StateVersion, DateTimeOffset AsOf, double Probability, double LogOdds, string Model, bool HasEvent,
    EventSummary? Outcome = null)
{
    public static ScorePoint Of(Score score) => new(
        score.CompanyId, score.StateVersion, score.AsOf, score.ProbabilityOfDefault, score.LogOdds, score.Model, score.Event is not null,
        score.Event is { } happened && OutcomeMark.Reports(happened.Type) ? happened : null);
}
