using Jianwei.Core.Redis;
using StackExchange.Redis;

namespace Jianwei.Featurizer.Store;

/// <summary>
/// The companies' states in Redis. A partition's writes go through one script that compares the partition's checkpoint (the
/// offset that its states hold) with what the writer believes, and sets states and checkpoint together or not at all.
/// That fences a stale owner, shows a fail-over that lost writes, and says exactly where to read again from.
/// </summary>
public sealed class StateStore(RedisConnection redis)
{
    // KEYS: checkpoint, then the keys to set. ARGV: expected and new checkpoint, then the values.
    // unpack is limited by Lua's stack, so keys are set in runs of 1,000.
    internal const string WriteScript = """
        local at = redis.call('GET', KEYS[1]) or '-1'
        if at ~= ARGV[1] then return at end
        local set = {}
        for i = 2, #KEYS do
          set[#set + 1] = KEYS[i]
          set[#set + 1] = ARGV[i + 1]
          if #set == 2000 then redis.call('MSET', unpack(set)); set = {} end
        end
        if #set > 0 then redis.call('MSET', unpack(set)) end
        redis.call('SET', KEYS[1], ARGV[2])
        return 'ok'
        """;

    private const int KeysPerRead = 40;

    private readonly StateKeys keys = new(redis.Options.Prefix);

    public StateKeys Keys => keys;

    /// <summary>The partition's checkpoint (-1: nothing is written yet) and watermarks.</summary>
    public async Task<(long Checkpoint, Watermarks Watermarks)> ReadPartitionAsync(int partition, CancellationToken cancellation)
    {
        var values = await redis.Bounded(
            redis.Database.StringGetAsync([keys.Checkpoint(partition), keys.Watermarks(partition)]), cancellation);
        return (values[0].IsNull ? -1 : (long)values[0], Watermarks.Parse(values[1]));
    }

    /// <summary>
    /// The checkpoint, and states and texts of companies of one partition as they are at it: every command brings the checkpoint
    /// along, so that states of another writer or of an older Redis are never taken for those of the checkpoint that the reader knows.
    /// </summary>
    public async Task<(long Checkpoint, byte[]?[] States, byte[]?[] Texts)> ReadAsync(
        int partition, IReadOnlyList<RedisKey> states, IReadOnlyList<RedisKey> texts, CancellationToken cancellation)
    {
        RedisKey[] wanted = [.. states, .. texts];
        while (true)
        {
            var (checkpoints, values) = await ReadAtAsync(keys.Checkpoint(partition), wanted, cancellation);
            if (checkpoints.AsSpan().IndexOfAnyExcept(checkpoints[0]) < 0)
            {
                return (checkpoints[0], values[..states.Count], values[states.Count..]);
            }

            // A write fell between two commands: read again what it left.
        }
    }

    // One round trip. The client parses an answer from its start whenever a part of it has come, so answers are short.
    private async Task<(long[] Checkpoints, byte[]?[] Values)> ReadAtAsync(
        RedisKey checkpoint, RedisKey[] wanted, CancellationToken cancellation)
    {
        var database = redis.Database;
        var chunks = wanted.Length == 0 ? [[]] : wanted.Chunk(KeysPerRead).ToArray();
        var answers = await redis.Bounded(
            Task.WhenAll(Array.ConvertAll(chunks, c => database.StringGetAsync([checkpoint, .. c]))), cancellation);
        var values = new byte[]?[wanted.Length];
        for (var (chunk, at) = (0, 0); chunk < answers.Length; chunk++)
        {
            foreach (var value in answers[chunk].AsSpan(1))
            {
                values[at++] = value;
            }
        }

        return (Array.ConvertAll(answers, a => a[0].IsNull ? -1 : (long)a[0]), values);
    }

    /// <summary>States of companies of one partition, in one command; null where there is none.</summary>
    public async Task<byte[]?[]> ReadStatesAsync(int partition, IReadOnlyCollection<string> companies, CancellationToken cancellation) =>
        await ReadAsync([.. companies.Select(c => keys.State(partition, c))], cancellation);

    /// <summary>Texts of companies of one partition, in one command; null where there is none.</summary>
    public async Task<byte[]?[]> ReadTextsAsync(int partition, IReadOnlyCollection<string> companies, CancellationToken cancellation) =>
        await ReadAsync([.. companies.Select(c => keys.Text(partition, c))], cancellation);

    /// <summary>Writes a batch of one partition if its checkpoint is still what the writer expects.</summary>
    /// <returns>null when written; else the checkpoint found, and nothing was written.</returns>
    public async Task<long?> WriteAsync(
        int partition, long expected, long checkpoint, Watermarks watermarks, IReadOnlyList<KeyValuePair<RedisKey, byte[]>> writes,
        CancellationToken cancellation)
    {
        var keyed = new RedisKey[writes.Count + 2];
        var values = new RedisValue[writes.Count + 3];
        (keyed[0], keyed[1]) = (keys.Checkpoint(partition), keys.Watermarks(partition));
        (values[0], values[1], values[2]) = (expected, checkpoint, watermarks.ToString());
        for (var i = 0; i < writes.Count; i++)
        {
            (keyed[i + 2], values[i + 3]) = (writes[i].Key, writes[i].Value);
        }

        var answer = (string?)await redis.Bounded(redis.Database.ScriptEvaluateAsync(WriteScript, keyed, values), cancellation);
        return answer == "ok" ? null : long.Parse(answer!, System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>A company's state and text, in whichever partition it is; null where Redis does not have it.</summary>
    public async Task<(int Partition, byte[] State, byte[]? Text)?> FindAsync(
        string company, int partitions, CancellationToken cancellation)
    {
        var found = await Task.WhenAll(Enumerable.Range(0, partitions).Select(p => ReadStatesAsync(p, [company], cancellation)));
        var partition = Array.FindIndex(found, f => f[0] is not null);
        return partition < 0 ? null : (partition, found[partition][0]!, (await ReadTextsAsync(partition, [company], cancellation))[0]);
    }

    /// <summary>Partition and id of every company that has a state, in no order; one may come twice.</summary>
    public IEnumerable<(int Partition, string Company)> ScanStates()
    {
        var multiplexer = redis.Multiplexer;
        foreach (var server in multiplexer.GetEndPoints().Select(e => multiplexer.GetServer(e)).Where(s => s.IsConnected && !s.IsSlave))
        {
            foreach (var key in server.Keys(pattern: $"{keys.Prefix}:{{*}}:s:*", pageSize: 1_000))
            {
                var name = key.ToString().AsSpan(keys.Prefix.Length + 2);
                var close = name.IndexOf('}');
                yield return (int.Parse(name[..close], System.Globalization.CultureInfo.InvariantCulture), name[(close + 4)..].ToString());
            }
        }
    }

    /// <summary>The headers of companies' states, pipelined; null where there is none any more.</summary>
    public async Task<byte[]?[]> ReadHeadersAsync(
        IReadOnlyCollection<(int Partition, string Company)> companies, CancellationToken cancellation)
    {
        var database = redis.Database;
        var reads = companies
            .Select(c => database.StringGetRangeAsync(keys.State(c.Partition, c.Company), 0, State.StateCodec.HeaderSize - 1))
            .ToList();
        var values = await redis.Bounded(Task.WhenAll(reads), cancellation);
        return Array.ConvertAll(values, v => (byte[]?)v is { Length: > 0 } bytes ? bytes : null);
    }

    /// <summary>Takes or renews the lease of a job that one process at a time does; false while another holds it.</summary>
    public async Task<bool> LeaseAsync(string job, string owner, TimeSpan time, CancellationToken cancellation)
    {
        const string script = """
            local holder = redis.call('GET', KEYS[1])
            if holder and holder ~= ARGV[1] then return 0 end
            redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
            return 1
            """;
        RedisValue[] arguments = [owner, (long)time.TotalMilliseconds];
        return (long)await redis.Bounded(
            redis.Database.ScriptEvaluateAsync(script, [$"{keys.Prefix}:lease:{job}"], arguments), cancellation) == 1;
    }

    private async Task<byte[]?[]> ReadAsync(RedisKey[] wanted, CancellationToken cancellation) =>
        wanted.Length == 0 ? []
            : Array.ConvertAll(await redis.Bounded(redis.Database.StringGetAsync(wanted), cancellation), v => (byte[]?)v);
}
