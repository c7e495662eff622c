using System.Text.Json;
using Jianwei.Alerts.Models;

namespace Jianwei.Alerts.Reading;

/// <summary>A row of <see cref="Select"/>.</summary>
public sealed record AlertRow
{
    /// <summary>Alerts <c>a</c> with their subscription <c>s</c> and portfolio <c>p</c>; a where clause follows.</summary>
    public const string Select =
        """
        select a.alert_id AlertId, a.state, a.rule, a.company_id CompanyId, a.company_name CompanyName,
          s.subscription_id SubscriptionId, s.name SubscriptionName, p.portfolio_id PortfolioId, p.name PortfolioName,
          a.as_of AsOf, a.model, a.probability_before ProbabilityBefore, a.probability_after ProbabilityAfter,
          a.log_odds_before LogOddsBefore, a.log_odds_after LogOddsAfter, a.band_before BandBefore, a.band_after BandAfter,
          a.reference_as_of ReferenceAsOf, a.changes, a.reasons, a.events, a.event_count EventCount, a.acknowledged_by AcknowledgedBy,
          a.acknowledged_at AcknowledgedAt, a.note, a.resolved_at ResolvedAt, a.resolution
        from alerts a
        join subscriptions s on s.subscription_id = a.subscription_id
        join portfolios p on p.portfolio_id = s.portfolio_id

        """;

    public Guid AlertId { get; init; }

    public string State { get; init; } = "";

    public string Rule { get; init; } = "";

    public string CompanyId { get; init; } = "";

    public string? CompanyName { get; init; }

    public long SubscriptionId { get; init; }

    public string SubscriptionName { get; init; } = "";

    public long PortfolioId { get; init; }

    public string PortfolioName { get; init; } = "";

    public DateTime AsOf { get; init; }

    public string Model { get; init; } = "";

    public double? ProbabilityBefore { get; init; }

    public double ProbabilityAfter { get; init; }

    public double? LogOddsBefore { get; init; }

    public double LogOddsAfter { get; init; }

    public string? BandBefore { get; init; }

    public string BandAfter { get; init; } = "";

    public DateTime? ReferenceAsOf { get; init; }

    public string Changes { get; init; } = "";

    public string? Reasons { get; init; }

    public string Events { get; init; } = "";

    public long EventCount { get; init; }

    public string? AcknowledgedBy { get; init; }

    public DateTime? AcknowledgedAt { get; init; }

    public string? Note { get; init; }

    public DateTime? ResolvedAt { get; init; }

    public string? Resolution { get; init; }

    /// <summary>The row with what its model predicts.</summary>
    public AlertView ToView(BandScales models)
    {
        var reasons = Reasons is null
            ? Raising.Reasons.None("raised before reasons were kept")
            : JsonSerializer.Deserialize(Reasons, AlertsJson.Default.Reasons)!;
        return new()
        {
            AlertId = AlertId,
            State = State,
            Rule = Rule,
            Company = new(CompanyId, CompanyName),
            Subscription = new(SubscriptionId, SubscriptionName),
            Portfolio = new(PortfolioId, PortfolioName),
            AsOf = AsOf,
            Model = Model,
            Predicts = models.Predicts(Model),
            Before = ProbabilityBefore is { } p ? new(p, LogOddsBefore!.Value, BandBefore!, ReferenceAsOf!.Value) : null,
            After = new(ProbabilityAfter, LogOddsAfter, BandAfter, AsOf),
            Changes = JsonSerializer.Deserialize(Changes, AlertsJson.Default.FeatureChanges)!,
            Reasons = reasons.Items,
            ReasonsOther = reasons.Other,
            ReasonsResidual = reasons.Residual,
            ReasonsNote = reasons.Note,
            Events = JsonSerializer.Deserialize(Events, AlertsJson.Default.EventSummaryArray)!,
            EventCount = EventCount,
            AcknowledgedBy = AcknowledgedBy,
            AcknowledgedAt = AcknowledgedAt,
            Note = Note,
            ResolvedAt = ResolvedAt,
            Resolution = Resolution,
        };
    }
}
