using Jianwei.Core.Hosting;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Jianwei.Alerts.Delivery;

/// <summary>Whether the bus has its connection to RabbitMQ.</summary>
internal sealed class RabbitMqCheck(IBusControl bus, IOptions<RabbitMqOptions> options) : IServerCheck
{
    public string Name => "rabbitmq";

    /// <inheritdoc/>
    public Task CheckAsync(CancellationToken cancellation)
    {
        var uri = new Uri(options.Value.Uri);
        var port = uri.Port >= 0 ? uri.Port : uri.Scheme == "amqps" ? 5671 : 5672;
        return bus.CheckHealth() is { Status: BusHealthStatus.Healthy } ? Task.CompletedTask
            : throw new IOException($"RabbitMQ at {uri.Host}:{port} (RabbitMq:Uri) cannot be reached; deliveries wait in the outbox");
    }
}
