using Jianwei.Alerts.Reading;

namespace Jianwei.Alerts.Delivery;

/// <summary>Where alerts go.</summary>
public interface IReceiver
{
    /// <summary>The subscriptions' channel that it serves.</summary>
    string Channel { get; }

    /// <summary>One attempt. Does not throw for what the receiver's side does wrong.</summary>
    Task<DeliveryResult> DeliverAsync(DueDelivery delivery, CancellationToken cancellation);
}

/// <summary>A delivery to be attempted.</summary>
/// <param name="Url">Of a webhook.</param>
/// <param name="Secret">HMAC key of a webhook, or null for no signature.</param>
public sealed record DueDelivery(Guid DeliveryId, int Attempts, string Channel, string? Url, string? Secret, bool Deleted, AlertView Alert);

/// <summary>What came of an attempt.</summary>
public enum DeliveryOutcome
{
    Delivered,

    /// <summary>May go better later.</summary>
    Retry,

    /// <summary>Never will.</summary>
    Failed,
}

/// <param name="Status">HTTP status, where there was one.</param>
/// <param name="Error">What went wrong, in a sentence.</param>
/// <param name="RetryAfter">The pause that the receiver asked for.</param>
public sealed record DeliveryResult(DeliveryOutcome Outcome, int? Status = null, string? Error = null, TimeSpan? RetryAfter = null)
{
    public static DeliveryResult Done { get; } = new(DeliveryOutcome.Delivered);
}
