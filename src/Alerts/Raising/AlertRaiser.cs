using System.Text.Json;
using Jianwei.Alerts.Scores;
using Jianwei.Alerts.Subscriptions;
using Jianwei.Alerts.Telemetry;
using Jianwei.Core.Contracts;
using Jianwei.Core.Features;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jianwei.Alerts.Raising;

/// <summary>Turns shifts into alerts: who subscribed, what the features and events since the reference were.</summary>
/// <param name="catalogue">Names of the features, or null where this process has none.</param>
/// <param name="options">Limits.</param>
public sealed class AlertRaiser(FeatureCatalogue? catalogue, IOptions<AlertsOptions> options)
{
    /// <summary>Alerts of the shifts that somebody subscribed to, in the order of the shifts.</summary>
    /// <remarks>Reads the references and events as they were before the batch, so it comes before the batch is written.</remarks>
    public async Task<IReadOnlyList<NewAlert>> RaiseAsync(IReadOnlyList<FoundShift> shifts, NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (shifts.Count == 0)
        {
            return [];
        }

        var subscribers = await ShiftContext.SubscribersAsync(connection, Companies(shifts), cancellation);
        var wanted = shifts.SelectMany(s => subscribers[s.Company.CompanyId].Where(u => u.Wants(s.Shift, s.Scale)).Select(u => (Found: s, Subscription: u))).ToList();
        if (wanted.Count == 0)
        {
            return [];
        }

        var context = await ShiftContext.ReadAsync(connection, Companies(wanted.Select(w => w.Found)), cancellation);
        return [.. wanted.Select(w => Alert(w.Found, w.Subscription, context))];
    }

    private static string[] Companies(IEnumerable<FoundShift> shifts) => [.. shifts.Select(s => s.Company.CompanyId).Distinct(StringComparer.Ordinal)];

    private NewAlert Alert(FoundShift found, Subscription subscription, ShiftContext context)
    {
        if (subscription.Misfits(found.Scale))
        {
            AlertsMetrics.UnknownBand();
        }

        var (company, shift) = (found.Company, found.Shift);
        var changes = shift.Before is { } before
            ? Changes(found.Reference ?? context.Reference(company.CompanyId, shift.BeforeSlot), before.StateVersion, found.Score)
            : FeatureChanges.None("the company's first score");
        return new(
            AlertIds.Alert(subscription.SubscriptionId, company.CompanyId, shift.Id),
            subscription.SubscriptionId,
            subscription.Channel,
            found,
            found.Score.CompanyName ?? context.Name(company.CompanyId),
            JsonSerializer.Serialize(changes, AlertsJson.Default.FeatureChanges),
            JsonSerializer.Serialize(Events(company, shift, context), AlertsJson.Default.EventSummaryArray));
    }

    private static EventSummary[] Events(CompanyScores company, Shifts.Shift shift, ShiftContext context)
    {
        var first = shift.Before?.Events ?? 0;
        return [.. context.Events(company.CompanyId).Concat(company.Events)
            .Where(e => e.Number > first && e.Number <= shift.After.Events)
            .OrderByDescending(e => e.Number)
            .Take(NumberedEvent.Kept)
            .Select(e => e.Event)];
    }

    private FeatureChanges Changes(KeptFeatures? reference, long version, Score score)
    {
        if (reference is null || reference.StateVersion != version)
        {
            return FeatureChanges.None("the features of the score before are not known");
        }

        if (catalogue is null || score.Catalogue != catalogue.Hash || reference.Catalogue != catalogue.Hash)
        {
            return FeatureChanges.None(
                $"scored with feature catalogue {score.Catalogue} and before with {reference.Catalogue}; this program has {catalogue?.Hash ?? "none"}");
        }

        var bytes = catalogue.Count * sizeof(float);
        return reference.Values.Length == bytes && score.Features.Length == bytes
            ? FeatureChanges.Between(reference.Values, score.Features, catalogue.Features, options.Value.ChangedGroupsLimit, options.Value.ChangedFeaturesLimit)
            : FeatureChanges.None($"vectors of {reference.Values.Length} and {score.Features.Length} bytes; the catalogue has {bytes}");
    }
}
