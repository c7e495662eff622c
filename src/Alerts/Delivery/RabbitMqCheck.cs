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
        return bus.CheckHealth() is { Status: BusHealthStatus.Healthy } ? Task.CompletedTask
            : throw new IOException($"RabbitMQ at {uri.Host}:{(uri.IsDefaultPort ? 5672 : uri.Port)} (RabbitMq:Uri) cannot be reached; deliveries wait in the outbox");
    }
}
