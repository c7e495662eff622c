namespace Jianwei.Servers;

/// <summary>A RabbitMQ node of its own with user <c>guest</c>. Starts in about seven seconds, so most tests share one.</summary>
public sealed class RabbitMqServer : LocalServer
{
    private static readonly Lazy<Task<RabbitMqServer>> Shared = new(StartAsync);

    private RabbitMqServer()
        : base("rabbitmq", [])
    {
    }

    /// <summary>What MassTransit connects with.</summary>
    public Uri Uri => new($"amqp://guest:guest@{Address}/");

    /// <summary>A RabbitMQ for one test.</summary>
    public static async Task<RabbitMqServer> StartAsync()
    {
        await Require.ServerAsync("rabbitmq");
        var server = new RabbitMqServer();
        await server.LaunchAsync();
        return server;
    }

    /// <summary>The RabbitMQ that all tests of this process share; each names its queues for itself.</summary>
    public static Task<RabbitMqServer> SharedAsync() => Shared.Value;
}
