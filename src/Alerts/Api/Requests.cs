namespace Jianwei.Alerts.Api;

/// <summary>Body of <c>POST</c> and <c>PUT /api/portfolios</c>.</summary>
public sealed record PortfolioRequest(string? Name);

/// <summary>Companies, by <c>SCHEME:ID</c>, by identifier, or both.</summary>
public sealed record MembersRequest(IReadOnlyList<string>? CompanyIds, IReadOnlyList<IdentifierRequest>? Identifiers);

/// <summary>What a source calls a company.</summary>
public sealed record IdentifierRequest(string? Scheme, string? Value);

/// <summary>Body of <c>POST</c> and <c>PUT</c> of subscriptions.</summary>
/// <param name="MinimumBand">Name of a band, or nothing for any.</param>
/// <param name="MinimumJump">Least change of log-odds, either way.</param>
/// <param name="Channel"><c>console</c> or <c>webhook</c>.</param>
/// <param name="Url">Of a webhook.</param>
/// <param name="Secret">HMAC key of a webhook; a new webhook without one gets one, shown once. In a change,
/// nothing keeps the old one.</param>
public sealed record SubscriptionRequest(
    string? Name, string? MinimumBand, double? MinimumJump, string? Channel, string? Url, string? Secret, bool? Enabled);

/// <summary>An alias for a company.</summary>
/// <param name="Replace">Take it from the company that has it.</param>
public sealed record AliasRequest(string? Scheme, string? Value, bool Replace = false);

/// <summary>Body of an acknowledgement.</summary>
/// <param name="By">Who.</param>
/// <param name="Note">What they have to say.</param>
public sealed record AcknowledgeRequest(string? By, string? Note);
