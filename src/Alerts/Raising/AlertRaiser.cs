using System.Text.Json;
using Jianwei.Alerts.Scores;
using Jianwei.Alerts.Subscriptions;
using Jianwei.Alerts.Telemetry;
using Jianwei.Core.Contracts;
using Jianwei.Core.Features;
using Jianwei.Core.Reasons;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jianwei.Alerts.Raising;

/// <summary>
/// Turns shifts into alerts: who subscribed, what the features and events since the reference were, what moved the model.
/// </summary>
/// <param name="catalogue">Names of the features, or null where this process has none.</param>
/// <param name="options">Limits.</param>
/// <param name="time">Measures how long reasons take.</param>
/// <param name="explainer">Asks the model for reasons; null where this process has none.</param>
public sealed class AlertRaiser(
    FeatureCatalogue? catalogue, IOptions<AlertsOptions> options, TimeProvider time, IShiftExplainer? explainer = null)
{
    private sealed record Evidence(KeptFeatures? Before, FeatureChanges Changes, EventSummary[] Events);

    /// <summary>Alerts of the shifts that somebody subscribed to, in the order of the shifts.</summary>
    /// <remarks>Reads the references and events as they were before the batch, so it comes before the batch is written.</remarks>
    public async Task<IReadOnlyList<NewAlert>> RaiseAsync(
        IReadOnlyList<FoundShift> shifts, NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (shifts.Count == 0)
        {
            return [];
        }

        var subscribers = await ShiftContext.SubscribersAsync(connection, Companies(shifts), cancellation);
        var wanted = shifts
            .SelectMany(s => subscribers[s.Company.CompanyId]
                .Where(u => u.Wants(s.Shift, s.Scale)).Select(u => (Found: s, Subscription: u)))
            .ToList();
        if (wanted.Count == 0)
        {
            return [];
        }

        var context = await ShiftContext.ReadAsync(connection, Companies(wanted.Select(w => w.Found)), cancellation);
        var evidence = wanted.Select(w => w.Found).Distinct().ToDictionary(f => f, f => EvidenceOf(f, context));
        var reasons = await ReasonsAsync(evidence, cancellation);
        return [.. wanted.Select(w => Alert(w.Found, w.Subscription, context, evidence[w.Found], reasons[w.Found]))];
    }

    /// <summary>Finds the texts of features that are kept, for the reasons of later shifts.</summary>
    /// <exception cref="IOException">They cannot be reached.</exception>
    /// <exception cref="TimeoutException">It took too long to reach them.</exception>
    public async Task KeepTextsAsync(IReadOnlyList<CompanyScores> companies, CancellationToken cancellation)
    {
        var wanted = companies
            .SelectMany(c => c.Slots.Where(s => s?.TextHash is { Length: > 0 }).Select(s => (Company: c, Kept: s!)))
            .ToList();
        if (wanted.Count == 0 || explainer is null || options.Value.ReasonsLimit == 0)
        {
            return;
        }

        var names = wanted.ConvertAll(w => new TextName(w.Company.Partition, w.Company.CompanyId, w.Kept.TextHash!));
        var texts = await explainer.TextsAsync(names, cancellation);
        foreach (var (w, text) in wanted.Zip(texts))
        {
            w.Kept.Text = text;
        }
    }

    private static string[] Companies(IEnumerable<FoundShift> shifts) =>
        [.. shifts.Select(s => s.Company.CompanyId).Distinct(StringComparer.Ordinal)];

    private static NewAlert Alert(FoundShift found, Subscription subscription, ShiftContext context, Evidence evidence, Reasons reasons)
    {
        if (subscription.Misfits(found.Scale))
        {
            AlertsMetrics.UnknownBand();
        }

        var (company, shift) = (found.Company, found.Shift);
        return new(
            AlertIds.Alert(subscription.SubscriptionId, company.CompanyId, shift.Id),
            subscription.SubscriptionId,
            subscription.Channel,
            found,
            found.Score.CompanyName ?? context.Name(company.CompanyId),
            JsonSerializer.Serialize(evidence.Changes, AlertsJson.Default.FeatureChanges),
            JsonSerializer.Serialize(reasons, AlertsJson.Default.Reasons),
            JsonSerializer.Serialize(evidence.Events, AlertsJson.Default.EventSummaryArray));
    }

    private Evidence EvidenceOf(FoundShift found, ShiftContext context)
    {
        var (company, shift) = (found.Company, found.Shift);
        var before = shift.Before is null ? null : found.Reference ?? context.Reference(company.CompanyId, shift.BeforeSlot);
        return new(before, Changes(found, before), Events(company, shift, context));
    }

    private async Task<IReadOnlyDictionary<FoundShift, Reasons>> ReasonsAsync(
        Dictionary<FoundShift, Evidence> evidence, CancellationToken cancellation)
    {
        var nothing = options.Value.ReasonsLimit == 0 ? "turned off (Alerts:ReasonsLimit)" : "this process has no models to ask";
        var reasons = evidence.ToDictionary(e => e.Key, e => e.Key.Shift.Outcome is { } outcome
            ? ReasonMaker.Of(outcome, e.Key.Shift.Change ?? 0)
            : Reasons.None(e.Value.Changes.Note ?? nothing));
        var asked = evidence.Where(e => e.Key.Shift.Outcome is null && e.Value.Changes.Note is null).ToList();
        if (asked.Count == 0 || explainer is null || options.Value.ReasonsLimit == 0)
        {
            return reasons;
        }

        var started = time.GetTimestamp();
        var parts = await explainer.ExplainAsync(asked.ConvertAll(a => Question(a.Key, a.Value.Before!)), cancellation);
        AlertsMetrics.ReasonsSeconds.Record(time.GetElapsedTime(started).TotalSeconds);
        foreach (var ((found, seen), part) in asked.Zip(parts))
        {
            var events = new ReasonEvents(catalogue!, seen.Before!.Values, found.Score.Features, found.Shift.After.AsOf, seen.Events);
            reasons[found] = ReasonMaker.Of(part, found.Shift.Change!.Value, options.Value.ReasonsLimit, events);
        }

        return reasons;
    }

    private ShiftQuestion Question(FoundShift found, KeptFeatures before) => new(
        found.Company.CompanyId,
        found.Company.Partition,
        found.Score.StateVersion,
        found.Score.Model,
        catalogue!,
        new(before.Values, found.Shift.Before!.Value.LogOdds, before.TextHash, before.Text),
        new(found.Score.Features, found.Score.LogOdds, found.Score.TextHash ?? ""));

    private static EventSummary[] Events(CompanyScores company, Shifts.Shift shift, ShiftContext context)
    {
        var first = shift.Before?.Events ?? 0;
        return [.. context.Events(company.CompanyId).Concat(company.Events)
            .Where(e => e.Number > first && e.Number <= shift.After.Events)
            .OrderByDescending(e => e.Number)
            .Take(NumberedEvent.Kept)
            .Select(e => e.Event)];
    }

    // A note says that the two vectors cannot be compared, and then the model cannot be asked about them either.
    private FeatureChanges Changes(FoundShift found, KeptFeatures? reference)
    {
        if (found.Shift.Before is not { } before)
        {
            return FeatureChanges.None(found.Shift.Outcome is null ? "the company's first score" : "no score of this model before");
        }

        if (reference is null || reference.StateVersion != before.StateVersion)
        {
            return FeatureChanges.None("the features of the score before are not known");
        }

        var score = found.Score;
        if (catalogue is null || score.Catalogue != catalogue.Hash || reference.Catalogue != catalogue.Hash)
        {
            return FeatureChanges.None(
                $"scored with feature catalogue {score.Catalogue} and before with {reference.Catalogue}; this program has {catalogue?.Hash ?? "none"}");
        }

        var bytes = catalogue.Count * sizeof(float);
        return reference.Values.Length == bytes && score.Features.Length == bytes
            ? FeatureChanges.Between(
                reference.Values, score.Features, catalogue.Features, options.Value.ChangedGroupsLimit, options.Value.ChangedFeaturesLimit)
            : FeatureChanges.None($"vectors of {reference.Values.Length} and {score.Features.Length} bytes; the catalogue has {bytes}");
    }
}
