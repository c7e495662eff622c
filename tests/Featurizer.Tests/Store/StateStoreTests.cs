using Jianwei.Core.Redis;
using Jianwei.Servers;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Jianwei.Featurizer.Store;

public sealed class StateStoreTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Write_OfAStaleOwnerChangesNothing()
    {
        using var redis = await ConnectAsync();
        var store = new StateStore(redis);
        Assert.Null(await store.WriteAsync(1, -1, 9, Marks("a", 5), Writes(store, "c", 1), Cancellation));

        Assert.Equal(9, await store.WriteAsync(1, -1, 20, Marks("a", 7), Writes(store, "c", 2), Cancellation));
        Assert.Equal(9, await store.WriteAsync(1, 8, 20, Marks("a", 7), Writes(store, "d", 2), Cancellation));

        var (checkpoint, watermarks) = await store.ReadPartitionAsync(1, Cancellation);
        Assert.Equal((9, "a=5"), (checkpoint, watermarks.ToString()));
        var read = await store.ReadAsync(1, [State(store, "c"), State(store, "d")], [store.Keys.Text(1, "c")], Cancellation);
        Assert.Equal(9, read.Checkpoint);
        Assert.Equal([[1], null], read.States);
        Assert.Equal([[101]], read.Texts);
        Assert.Null(await store.WriteAsync(1, 9, 20, Marks("a", 7), Writes(store, "c", 2), Cancellation));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(999)]
    [InlineData(1_000)]
    [InlineData(4_321)]
    public async Task Write_TakesAnyNumberOfCompanies(int companies)
    {
        using var redis = await ConnectAsync();
        var store = new StateStore(redis);
        var names = Enumerable.Range(0, companies).Select(i => $"X-企业:{i}").ToList();
        var states = names.Select((n, i) => KeyValuePair.Create(store.Keys.State(0, n), BitConverter.GetBytes(i))).ToList();
        var texts = names.Select((n, i) => KeyValuePair.Create(store.Keys.Text(0, n), BitConverter.GetBytes(i))).ToList();

        Assert.Null(await store.WriteAsync(0, -1, 1, Marks("a", 1), [.. states, .. texts], Cancellation));

        var read = await store.ReadAsync(0, states.ConvertAll(s => s.Key), texts.ConvertAll(t => t.Key), Cancellation);
        Assert.Equal(1, read.Checkpoint);
        Assert.Equal(states.Select(s => s.Value), read.States);
        Assert.Equal(states.Select(s => s.Value), read.Texts);
    }

    [Fact]
    public async Task Read_BesideAWriterIsOfOneCheckpoint()
    {
        using var redis = await ConnectAsync();
        using var other = await ConnectAsync(redis.Options.Prefix);
        var (store, writer) = (new StateStore(redis), new StateStore(other));
        var keys = Enumerable.Range(0, 500).Select(i => store.Keys.State(0, $"X-A:{i}")).ToList();
        Task<long?> WriteAsync(long at) => writer.WriteAsync(
            0, at - 1, at, Marks("a", 1), keys.ConvertAll(k => KeyValuePair.Create(k, BitConverter.GetBytes(at))), Cancellation);
        Assert.Null(await WriteAsync(0));
        var writing = Task.Run(async () =>
        {
            for (var at = 1L; at <= 300; at++)
            {
                Assert.Null(await WriteAsync(at));
            }
        }, Cancellation);

        var seen = new HashSet<long>();
        while (!writing.IsCompleted)
        {
            var read = await store.ReadAsync(0, keys, [], Cancellation);
            Assert.All(read.States, s => Assert.Equal(read.Checkpoint, BitConverter.ToInt64(s)));
            seen.Add(read.Checkpoint);
        }

        await writing;
        Assert.True(seen.Count > 1, "nothing was written meanwhile");
    }

    [Fact]
    public async Task Write_ShowsThatRedisLostEverything()
    {
        await using var server = await RedisServer.StartAsync();
        using var redis = Connect(server);
        var store = new StateStore(redis);
        Assert.Null(await store.WriteAsync(1, -1, 9, Marks("a", 5), Writes(store, "c", 1), Cancellation));
        await redis.Database.ExecuteAsync("FLUSHALL");

        Assert.Equal(-1, await store.WriteAsync(1, 9, 12, Marks("a", 5), Writes(store, "c", 2), Cancellation));
        Assert.Equal(-1, (await store.ReadAsync(1, [State(store, "c")], [], Cancellation)).Checkpoint);
    }

    [Fact]
    public async Task Partitions_AreApart()
    {
        using var redis = await ConnectAsync();
        var store = new StateStore(redis);
        Assert.Null(await store.WriteAsync(1, -1, 9, Marks("a", 5), Writes(store, "c", 1), Cancellation));
        Assert.Null(await store.WriteAsync(
            2, -1, 4, Marks("a", 5), [KeyValuePair.Create(store.Keys.State(2, "c"), new byte[] { 7 })], Cancellation));
        Assert.Equal([[1]], (await store.ReadAsync(1, [State(store, "c")], [], Cancellation)).States);
        Assert.Equal(
            (1, 2),
            ((await store.FindAsync("c", 4, Cancellation))!.Value.Partition, store.ScanStates().Count(s => s.Company == "c")));
    }

    private static async Task<RedisConnection> ConnectAsync(string? prefix = null) => Connect(await RedisServer.SharedAsync(), prefix);

    private static RedisConnection Connect(RedisServer server, string? prefix = null) =>
        new(Options.Create(new RedisOptions { Configuration = server.Configuration, Prefix = prefix ?? $"t{Guid.NewGuid():N}" }));

    private static Watermarks Marks(string source, uint time)
    {
        var marks = new Watermarks();
        marks.Observe(source, time);
        return marks;
    }

    private static RedisKey State(StateStore store, string company) => store.Keys.State(1, company);

    private static List<KeyValuePair<RedisKey, byte[]>> Writes(StateStore store, string company, byte value) =>
    [
        KeyValuePair.Create(State(store, company), new[] { value }),
        KeyValuePair.Create(store.Keys.Text(1, company), new[] { (byte)(100 + value) })
    ];
}
