using System.Runtime.InteropServices;
using Jianwei.Core.Redis;
using StackExchange.Redis;

namespace Jianwei.Scorer.Texts;

/// <summary>
/// Texts that were scored and their vectors, kept in Redis under the texts' hash for as long as they are of use, and the texts that the
/// Featurizer keeps there.
/// </summary>
public sealed class TextStore(RedisConnection redis)
{
    // A vector that is not asked for in so long is made again from its text; alerts have read the text long before.
    private static readonly TimeSpan Life = TimeSpan.FromDays(7);

    private readonly TextKeys _keys = new(redis.Options.Prefix);

    /// <summary>The vectors that an encoder made of texts with these hashes; null where there is none.</summary>
    /// <exception cref="IOException">Redis cannot be reached.</exception>
    /// <exception cref="TimeoutException">It took too long.</exception>
    public async Task<Half[]?[]> VectorsAsync(
        int partition, string encoder, int width, IReadOnlyList<ulong> hashes, CancellationToken cancellation)
    {
        var found = await ReadAsync([.. hashes.Select(h => _keys.Vector(partition, encoder, h))], cancellation);
        return [.. found.Select(bytes => bytes?.Length == width * 2 ? MemoryMarshal.Cast<byte, Half>(bytes).ToArray() : null)];
    }

    /// <summary>The packed texts of companies; null where a company has none.</summary>
    /// <exception cref="IOException">Redis cannot be reached.</exception>
    /// <exception cref="TimeoutException">It took too long.</exception>
    public Task<byte[]?[]> TextsAsync(int partition, IReadOnlyList<string> companies, CancellationToken cancellation) =>
        ReadAsync([.. companies.Select(c => _keys.Text(partition, c))], cancellation);

    /// <summary>
    /// The packed texts that have these hashes: as they were scored, or the company's newest where those still have the hash; null
    /// where there are none.
    /// </summary>
    /// <exception cref="IOException">Redis cannot be reached.</exception>
    /// <exception cref="TimeoutException">It took too long.</exception>
    public async Task<byte[]?[]> PackedAsync(
        int partition, IReadOnlyList<(string Company, ulong Hash)> wanted, CancellationToken cancellation)
    {
        var found = await ReadAsync([.. wanted.Select(w => _keys.Packed(partition, w.Hash))], cancellation);
        int[] missing = [.. Enumerable.Range(0, found.Length).Where(i => found[i] is null)];
        if (missing.Length > 0)
        {
            var newest = await TextsAsync(partition, [.. missing.Select(i => wanted[i].Company)], cancellation);
            foreach (var (i, packed) in missing.Zip(newest))
            {
                found[i] = packed;
            }
        }

        return [.. found.Zip(wanted, (packed, w) => PackedText.Of(packed, w.Hash) is null ? null : packed)];
    }

    /// <summary>Keeps a text and what an encoder made of it.</summary>
    /// <exception cref="IOException">Redis cannot be reached.</exception>
    /// <exception cref="TimeoutException">It took too long.</exception>
    public async Task KeepAsync(int partition, string encoder, ulong hash, byte[] packed, Half[] vector, CancellationToken cancellation)
    {
        var bytes = MemoryMarshal.AsBytes(vector.AsSpan()).ToArray();
        var written = redis.Database.StringSetAsync(_keys.Vector(partition, encoder, hash), bytes, Life);
        await redis.Bounded(redis.Database.StringSetAsync(_keys.Packed(partition, hash), packed, Life), cancellation);
        await redis.Bounded(written, cancellation);
    }

    private async Task<byte[]?[]> ReadAsync(RedisKey[] keys, CancellationToken cancellation) =>
        [.. (await redis.Bounded(redis.Database.StringGetAsync(keys), cancellation)).Select(v => (byte[]?)v)];
}
