using System.Runtime.InteropServices;
using Jianwei.Core.Redis;
using StackExchange.Redis;

namespace Jianwei.Scorer.Texts;

/// <summary>Vectors of texts, kept in Redis for as long as they are of use, and the texts that the Featurizer keeps there.</summary>
public sealed class TextStore(RedisConnection redis)
{
    // A vector that is not asked for in so long is made again from its text.
    private static readonly TimeSpan Life = TimeSpan.FromDays(7);

    private readonly TextKeys _keys = new(redis.Options.Prefix);

    /// <summary>The vectors that an encoder made of texts with these hashes; null where there is none.</summary>
    /// <exception cref="IOException">Redis cannot be reached.</exception>
    /// <exception cref="TimeoutException">It took too long.</exception>
    public async Task<Half[]?[]> VectorsAsync(int partition, string encoder, int width, IReadOnlyList<ulong> hashes, CancellationToken cancellation)
    {
        var found = await ReadAsync([.. hashes.Select(h => _keys.Vector(partition, encoder, h))], cancellation);
        return [.. found.Select(bytes => bytes?.Length == width * 2 ? MemoryMarshal.Cast<byte, Half>(bytes).ToArray() : null)];
    }

    /// <summary>The packed texts of companies; null where a company has none.</summary>
    /// <exception cref="IOException">Redis cannot be reached.</exception>
    /// <exception cref="TimeoutException">It took too long.</exception>
    public Task<byte[]?[]> TextsAsync(int partition, IReadOnlyList<string> companies, CancellationToken cancellation) =>
        ReadAsync([.. companies.Select(c => _keys.Text(partition, c))], cancellation);

    /// <summary>Keeps a vector.</summary>
    /// <exception cref="IOException">Redis cannot be reached.</exception>
    /// <exception cref="TimeoutException">It took too long.</exception>
    public Task KeepAsync(int partition, string encoder, ulong hash, Half[] vector, CancellationToken cancellation) =>
        redis.Bounded(redis.Database.StringSetAsync(_keys.Vector(partition, encoder, hash), MemoryMarshal.AsBytes(vector.AsSpan()).ToArray(), Life), cancellation);

    private async Task<byte[]?[]> ReadAsync(RedisKey[] keys, CancellationToken cancellation) =>
        [.. (await redis.Bounded(redis.Database.StringGetAsync(keys), cancellation)).Select(v => (byte[]?)v)];
}
