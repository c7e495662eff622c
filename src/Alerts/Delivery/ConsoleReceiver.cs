using Jianwei.Alerts.Raising;
using Jianwei.Alerts.Reading;
using Microsoft.Extensions.Logging;

namespace Jianwei.Alerts.Delivery;

/// <summary>Writes alerts to the log, one line each.</summary>
public sealed partial class ConsoleReceiver(ILogger<ConsoleReceiver> log) : IReceiver
{
    public string Channel => "console";

    public Task<DeliveryResult> DeliverAsync(DueDelivery delivery, CancellationToken cancellation)
    {
        var alert = delivery.Alert;
        Alert(
            alert.Company.Name ?? alert.Company.Id,
            alert.Rule,
            Shown(alert.Before),
            Shown(alert.After),
            alert.AsOf.UtcDateTime,
            Why(alert),
            alert.Subscription.Name);
        return Task.FromResult(DeliveryResult.Done);
    }

    private static string Why(AlertView alert)
    {
        if (alert.Reasons is [{ Kind: Reason.OutcomeKind } outcome])
        {
            return outcome.Text;
        }

        var why = alert.Reasons.Count > 0
            ? $"because of {ReasonText.Line(alert.Reasons, rising: alert.Before is not { } before || alert.After.Probability >= before.Probability)}"
            : $"moved: {string.Join(", ", alert.Changes.Groups.Select(g => g.Group))}";
        var newest = alert.Events.Count > 0 ? $"; newest event: {alert.Events[0].Summary}" : "";
        return why + newest + (alert.ReasonsNote is { } note ? $"; note: {note}" : "");
    }

    private static string Shown(ScoreView? score) => score is null ? "nothing" : $"{score.Band} {score.Probability:P1}";

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "ALERT {Company}: {Rule}, {Before} to {After} as of {AsOf:yyyy-MM-dd HH:mm}; {Why} ({Subscription})")]
    private partial void Alert(string company, string rule, string before, string after, DateTime asOf, string why, string subscription);
}
