using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Jianwei.Core.Redis;

/// <summary>The process's one connection to Redis; made when first used, and mends itself.</summary>
public sealed class RedisConnection(IOptions<RedisOptions> options) : IDisposable
{
    private readonly Lazy<ConnectionMultiplexer> connection = new(() =>
    {
        var settings = ConfigurationOptions.Parse(options.Value.Configuration);
        settings.AbortOnConnectFail = false;
        settings.ClientName = "jianwei";
        // A batch of states goes out in few writes.
        settings.WriteBuffer = 64 * 1024;
        return ConnectionMultiplexer.Connect(settings);
    });

    public RedisOptions Options => options.Value;

    /// <summary>Where it is looked for; the configuration itself may hold a password.</summary>
    public string Servers { get; } =
        string.Join(',', options.Value.Configuration.Split(',').Where(part => !part.Contains('=', StringComparison.Ordinal)));

    public IDatabase Database => connection.Value.GetDatabase();

    public ConnectionMultiplexer Multiplexer => connection.Value;

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
        if (connection.IsValueCreated)
        {
            connection.Value.Dispose();
        }
    }
}
