using Jianwei.Alerts.Shifts;

namespace Jianwei.Alerts.Subscriptions;

/// <summary>What a subscription lets through.</summary>
/// <param name="MinimumBand">Name of a band, or null for any.</param>
/// <param name="MinimumJump">Least change of log-odds, either way; 0 for any.</param>
/// <param name="Channel"><c>console</c> or <c>webhook</c>.</param>
public sealed record Subscription(long SubscriptionId, string? MinimumBand, double MinimumJump, string Channel)
{
    /// <summary>
    /// Whether a shift is told: the higher of its two bands is at least the minimum band, and the log-odds moved by the minimum
    /// jump or there is no score before. A band that the model does not have lets everything through: better told than lost. An outcome
    /// is always told.
    /// </summary>
    public bool Wants(Shift shift, BandScale scale)
    {
        var highest = Math.Max(shift.After.Band, shift.Before?.Band ?? 0);
        return shift.Rule == ShiftRule.Outcome
            || ((MinimumBand is null || highest >= scale.Rank(MinimumBand))
                && (shift.Change is not { } change || Math.Abs(change) >= MinimumJump));
    }

    /// <summary>Whether the model has no band of the minimum band's name.</summary>
    public bool Misfits(BandScale scale) => MinimumBand is not null && scale.Rank(MinimumBand) < 0;
}
