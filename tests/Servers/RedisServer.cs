namespace Jianwei.Servers;

/// <summary>A Redis with an append-only file and no eviction, as in production. Starts in a tenth of a second.</summary>
public sealed class RedisServer : LocalServer
{
    private static readonly Lazy<Task<RedisServer>> Shared = new(() => StartAsync());

    private RedisServer(string[] settings)
        : base("redis", settings)
    {
    }

    /// <summary>What StackExchange.Redis connects with.</summary>
    public string Configuration => $"{Address},allowAdmin=true";

    /// <summary>A Redis for one test. Settings are words of its command line, for example <c>--maxmemory 1mb</c>.</summary>
    public static async Task<RedisServer> StartAsync(params string[] settings)
    {
        await Require.ServerAsync("redis");
        var server = new RedisServer(settings);
        await server.LaunchAsync();
        return server;
    }

    /// <summary>The Redis that all tests of this process share; a test that kills, flushes or fills one starts its own.</summary>
    public static Task<RedisServer> SharedAsync() => Shared.Value;
}
