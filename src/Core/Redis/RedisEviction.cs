using System.Globalization;
using Jianwei.Core.Failures;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Jianwei.Core.Redis;

/// <summary>
/// Says at the start when a Redis may throw keys away to make room. States have no expiry, so the policies that only evict keys
/// with one (<c>volatile-…</c>) do them no harm; without a bound on memory nothing is evicted.
/// </summary>
/// <remarks>It reads INFO, which managed servers answer where they refuse CONFIG; one that says nothing is not complained about.</remarks>
public sealed partial class RedisEviction(RedisConnection redis, TimeProvider time, ILogger<RedisEviction> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested && !await LookAsync(stoppingToken))
        {
            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Asks a server (all of a cluster are set up alike); false when none can be reached now.</summary>
    public async Task<bool> LookAsync(CancellationToken cancellation)
    {
        try
        {
            var text = (string?)await redis.Bounded(redis.Database.ExecuteAsync("INFO", "memory"), cancellation) ?? "";
            var memory = text.Split('\n')
                .Select(line => line.Trim().Split(':', 2))
                .Where(pair => pair.Length == 2)
                .ToDictionary(p => p[0], p => p[1]);
            var policy = memory.GetValueOrDefault("maxmemory_policy", "");
            if (MayEvictStates(policy, memory.GetValueOrDefault("maxmemory")))
            {
                LogEviction(redis.Servers, policy, memory["maxmemory"]);
            }

            return true;
        }
        catch (Exception e) when (Failure.Classify(e) == FailureKind.Retryable || cancellation.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception e) when (e is RedisException or RedisCommandException)
        {
            LogRefused(e.Message);
            return true;
        }
    }

    /// <param name="policy">As INFO gives it; empty where it does not.</param>
    /// <param name="maximum">Bytes; 0 is no bound.</param>
    public static bool MayEvictStates(string policy, string? maximum) =>
        policy.Length > 0 && policy != "noeviction" && !policy.StartsWith("volatile-", StringComparison.Ordinal)
        && long.TryParse(maximum, CultureInfo.InvariantCulture, out var bytes) && bytes > 0;

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Redis at {Server} throws away keys when it has {Maximum} bytes (maxmemory-policy {Policy}): companies' states would vanish one by one "
        + "and silently begin again from nothing. Set maxmemory-policy noeviction, and then jianwei verify says whether any is lost already")]
    private partial void LogEviction(string server, string policy, string maximum);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Redis does not say whether it evicts keys: {Reason}")]
    private partial void LogRefused(string reason);
}
