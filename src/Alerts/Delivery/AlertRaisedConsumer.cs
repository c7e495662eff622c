using Jianwei.Core.Failures;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace Jianwei.Alerts.Delivery;

/// <summary>Takes deliveries off the bus.</summary>
public sealed partial class AlertRaisedConsumer(Deliverer deliverer, ILogger<AlertRaisedConsumer> log) : IConsumer<AlertRaised>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<AlertRaised> context)
    {
        try
        {
            await deliverer.DeliverAsync(context.Message, context.CancellationToken);
        }
        catch (Exception e) when (Failure.Classify(e) == FailureKind.Retryable)
        {
            // Not back onto the bus: the lease ends and the relay publishes it again.
            Interrupted(context.Message.DeliveryId, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Delivery {DeliveryId} was interrupted and comes again when its lease ends: {Reason}")]
    private partial void Interrupted(Guid deliveryId, string reason);
}
