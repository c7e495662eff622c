using Jianwei.Servers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jianwei.Core.Redis;

public sealed class RedisEvictionTests : ILogger<RedisEviction>
{
    private readonly List<string> lines = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("noeviction", "100", false)]
    [InlineData("allkeys-lru", "100", true)]
    [InlineData("allkeys-random", "100", true)]
    [InlineData("allkeys-lru", "0", false)]
    [InlineData("volatile-ttl", "100", false)]
    [InlineData("", null, false)]
    public void Policy_ThatTakesKeysWithoutExpiryIsADanger(string policy, string? maximum, bool danger) =>
        Assert.Equal(danger, RedisEviction.MayEvictStates(policy, maximum));

    [Fact]
    public async Task Server_ThatEvictsIsNamed()
    {
        await using var server = await RedisServer.StartAsync("--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru");

        Assert.True(await LookAsync(server.Address));

        var line = Assert.Single(lines);
        Assert.StartsWith(
            $"Warning Redis at {server.Address} throws away keys when it has 52428800 bytes (maxmemory-policy allkeys-lru)",
            line, StringComparison.Ordinal);
        Assert.Contains("Set maxmemory-policy noeviction", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_ThatKeepsEverythingIsNotMentioned()
    {
        Assert.True(await LookAsync((await RedisServer.SharedAsync()).Configuration));
        Assert.Empty(lines);
    }

    [Fact]
    public async Task Server_ThatIsAwayIsAskedAgain()
    {
        Assert.False(await LookAsync("127.0.0.1:1,connectTimeout=200"));
        Assert.Empty(lines);
    }

    private async Task<bool> LookAsync(string configuration)
    {
        using var redis = new RedisConnection(
            Options.Create(new RedisOptions { Configuration = configuration, Timeout = TimeSpan.FromSeconds(2) }));
        using var eviction = new RedisEviction(redis, TimeProvider.System, this);
        return await eviction.LookAsync(Stop);
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    void ILogger.Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        lines.Add($"{logLevel} {formatter(state, exception)}");
}
