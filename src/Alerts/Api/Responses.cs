using Jianwei.Alerts.Reading;

namespace Jianwei.Alerts.Api;

/// <summary>A page of things.</summary>
/// <param name="Next">Value of <c>after</c> for the next page; absent on the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next = null);

public sealed record PortfolioView(long Id, string Name, DateTimeOffset CreatedAt, long Members);

/// <param name="Known">Whether anything has been heard of the company.</param>
public sealed record MemberView(string CompanyId, string? Name, bool Known);

/// <param name="Changed">How many were not members before (or, on removal, were).</param>
/// <param name="Unknown">How many of the companies nothing has been heard of yet: perhaps mistyped.</param>
public sealed record MembersChanged(int Changed, int Unknown, IReadOnlyList<MemberView> Companies);

/// <param name="Secret">Only in the answer that created it.</param>
public sealed record SubscriptionView(
    long Id, long PortfolioId, string Name, string? MinimumBand, double MinimumJump, string Channel, string? Url, bool HasSecret,
    bool Enabled, DateTimeOffset CreatedAt, string? Secret = null);

public sealed record CompanyView(
    string Id, string? Name, DateTimeOffset? FirstSeen,
    IReadOnlyList<IdentifierView> Identifiers, CurrentScore? Score, OutcomeView? Outcome);

/// <summary>The outcome of a company that was reported last.</summary>
/// <param name="Type">The event's, e.g. <c>outcome.default</c>.</param>
/// <param name="Date">Day on which it took effect.</param>
public sealed record OutcomeView(string Type, DateOnly Date);

public sealed record IdentifierView(string Scheme, string Value, DateTimeOffset AddedAt);

/// <summary>The newest score of a company, stored in the history or not.</summary>
public sealed record CurrentScore(double Probability, double LogOdds, string Band, string Model, DateTimeOffset AsOf, long StateVersion);

/// <param name="EventId">The event that caused it; absent for a sweeper's tick.</param>
public sealed record ScoreHistoryView(
    DateTimeOffset AsOf, long StateVersion, double Probability, double LogOdds, string Band, string Model, string? EventId);

public sealed record AlertDetail(AlertView Alert, IReadOnlyList<DeliveryView> Deliveries);

public sealed record DeliveryView(
    Guid Id, string Channel, string State, int Attempts, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt,
    string? Error, IReadOnlyList<AttemptView> Log);

public sealed record AttemptView(int Attempt, DateTimeOffset StartedAt, double Seconds, string Outcome, int? Status, string? Error);

/// <param name="Parts">Each stage of this process and each server it needs, with what is wrong.</param>
public sealed record ReadyView(bool Ready, IReadOnlyDictionary<string, string> Parts);
