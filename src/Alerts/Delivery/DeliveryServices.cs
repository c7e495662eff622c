using Jianwei.Core.Hosting;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Jianwei.Alerts.Delivery;

/// <summary>Wires delivery: outbox, bus and receivers.</summary>
internal static class DeliveryServices
{
    public static IServiceCollection AddDelivery(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<DeliveryOptions>("Alerts:Delivery").Validate(
            o => o.Lease > o.WebhookTimeout,
            "Alerts:Delivery:Lease must be longer than Alerts:Delivery:WebhookTimeout, or a slow webhook is called twice");
        services.AddSettings<RabbitMqOptions>("RabbitMq");
        services.AddHttpClient(WebhookReceiver.Client)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5)
            })
            .RemoveAllLoggers();
        services.AddSingleton<IReceiver, ConsoleReceiver>();
        services.AddSingleton<IReceiver, WebhookReceiver>();
        services.AddSingleton<DeliveryStore>();
        services.AddSingleton<Deliverer>();
        services.AddBus(configuration);
        services.AddSingleton<IHostedService, OutboxRelay>();
        return services;
    }

    private static void AddBus(this IServiceCollection services, IConfiguration configuration)
    {
        var rabbit = configuration.GetSection("RabbitMq").Get<RabbitMqOptions>() ?? new();
        if (Settings.Problems("RabbitMq", rabbit) is { Count: > 0 } problems)
        {
            // The bus is made before settings are checked.
            throw new OptionsValidationException(nameof(RabbitMqOptions), typeof(RabbitMqOptions), problems);
        }

        var concurrency = configuration.GetSection("Alerts:Delivery").Get<DeliveryOptions>()?.Concurrency
            ?? new DeliveryOptions().Concurrency;
        var queue = $"{rabbit.Prefix}jianwei-deliveries";
        if (rabbit.Uri.Length > 0)
        {
            services.AddSingleton<IServerCheck, RabbitMqCheck>();
        }

        services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.AddConsumer<AlertRaisedConsumer>();
            if (rabbit.Uri.Length == 0)
            {
                bus.UsingInMemory((context, memory) => memory.ReceiveEndpoint(queue, e => Configure(e, context, concurrency)));
                return;
            }

            bus.UsingRabbitMq((context, broker) =>
            {
                broker.Host(new Uri(rabbit.Uri));
                if (rabbit.Prefix.Length > 0)
                {
                    broker.MessageTopology.SetEntityNameFormatter(
                        new PrefixEntityNameFormatter(broker.MessageTopology.EntityNameFormatter, rabbit.Prefix));
                }

                broker.ReceiveEndpoint(queue, e =>
                {
                    // What waits here is in the outbox too: the queue need not outlive the broker.
                    e.Durable = true;
                    e.PrefetchCount = concurrency * 2;
                    Configure(e, context, concurrency);
                });
            });
        });
    }

    private static void Configure(IReceiveEndpointConfigurator endpoint, IRegistrationContext context, int concurrency)
    {
        endpoint.ConcurrentMessageLimit = concurrency;
        endpoint.ConfigureConsumer<AlertRaisedConsumer>(context);
    }
}
