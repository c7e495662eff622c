namespace Jianwei.Alerts.Delivery;

/// <summary>
/// Says on the bus that an alert is due for delivery. It may be said more than once; the database knows what is left to do.
/// </summary>
public sealed record AlertRaised
{
    public required Guid DeliveryId { get; init; }

    /// <summary>Attempts made before this message: one that does not fit any more is dropped.</summary>
    public required int Attempts { get; init; }
}
