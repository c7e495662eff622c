using Jianwei.Core.Hosting;

namespace Jianwei.Core.Redis;

/// <summary>Whether Redis answers.</summary>
public sealed class RedisCheck(RedisConnection redis) : IServerCheck
{
    public string Name => "redis";

    /// <inheritdoc/>
    public async Task CheckAsync(CancellationToken cancellation)
    {
        if (!redis.Multiplexer.IsConnected)
        {
            throw new IOException($"Redis at {redis.Servers} (Redis:Configuration) cannot be reached");
        }

        await redis.Bounded(redis.Database.PingAsync(), cancellation);
    }
}
