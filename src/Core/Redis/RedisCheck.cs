using Jianwei.Core.Hosting;

namespace Jianwei.Core.Redis;

/// <summary>Whether Redis answers, for <c>/ready</c>.</summary>
public sealed class RedisCheck(RedisConnection redis) : IServerCheck
{
    public string Name => "redis";

    public Task CheckAsync(CancellationToken cancellation) => redis.Bounded(redis.Database.PingAsync(), cancellation);
}
