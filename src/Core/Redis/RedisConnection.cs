using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Jianwei.Core.Redis;

/// <summary>The process's connections to Redis; made when first used, and mend themselves.</summary>
public sealed class RedisConnection(IOptions<RedisOptions> options) : IDisposable
{
    // A connection's answers are read by one thread at a time: what comes in bulk shares several.
    private readonly Lazy<ConnectionMultiplexer>[] connections = [.. Enumerable.Range(0, options.Value.Connections).Select(_ => new Lazy<ConnectionMultiplexer>(() =>
    {
        var settings = ConfigurationOptions.Parse(options.Value.Configuration);
        settings.AbortOnConnectFail = false;
        settings.ClientName = "jianwei";
        // A batch of states goes out in few writes.
        settings.WriteBuffer = 64 * 1024;
        return ConnectionMultiplexer.Connect(settings);
    }))];

    public RedisOptions Options => options.Value;

    /// <summary>Where it is looked for; the configuration itself may hold a password.</summary>
    public string Servers { get; } = string.Join(',', options.Value.Configuration.Split(',').Where(part => !part.Contains('=', StringComparison.Ordinal)));

    public IDatabase Database => Multiplexer.GetDatabase();

    public ConnectionMultiplexer Multiplexer => connections[0].Value;

    /// <summary>The connection of a partition, so that its commands keep their order.</summary>
    public IDatabase DatabaseOf(int partition) => connections[partition % connections.Length].Value.GetDatabase();

    /// <summary>Waits for a command no longer than <see cref="RedisOptions.Timeout"/>.</summary>
    /// <exception cref="TimeoutException">It took longer.</exception>
    /// <exception cref="IOException">Redis cannot be reached; the message says where it was looked for.</exception>
    public async Task<T> Bounded<T>(Task<T> command, CancellationToken cancellation)
    {
        try
        {
            return await command.WaitAsync(options.Value.Timeout, cancellation);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"Redis at {Servers} (Redis:Configuration) did not answer within {options.Value.Timeout}", e);
        }
        catch (RedisConnectionException e)
        {
            throw new IOException($"Redis at {Servers} (Redis:Configuration) cannot be reached: {e.FailureType}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var connection in connections.Where(c => c.IsValueCreated))
        {
            connection.Value.Dispose();
        }
    }
}
