using Jianwei.Alerts.Scores;
using Jianwei.Alerts.Shifts;

namespace Jianwei.Alerts.Raising;

/// <summary>An alert about to be written.</summary>
/// <param name="Found">The shift and its score.</param>
/// <param name="CompanyName">From the score, or else from the companies table.</param>
/// <param name="Changes">JSON of <see cref="FeatureChanges"/>.</param>
/// <param name="Reasons">JSON of <see cref="Raising.Reasons"/>.</param>
/// <param name="Events">JSON array of event summaries, newest first.</param>
public sealed record NewAlert(
    Guid AlertId, long SubscriptionId, string Channel, FoundShift Found, string? CompanyName, string Changes, string Reasons, string Events)
{
    public Shift Shift => Found.Shift;

    public string CompanyId => Found.Company.CompanyId;

    public Guid DeliveryId { get; } = AlertIds.Delivery(AlertId);

    public string? BandBefore => Shift.Before is { } before ? Found.Scale.Names[before.Band] : null;

    public string BandAfter => Found.Scale.Names[Shift.After.Band];
}
