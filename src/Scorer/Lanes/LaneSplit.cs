using System.Buffers.Binary;
using Confluent.Kafka;

namespace Jianwei.Scorer.Lanes;

/// <summary>
/// Which lane a record goes to. It is the message key's matter, for that is the company: repeats of a request meet in one
/// lane. The partition alone would leave lanes idle, because Kafka hands over what it fetched one partition after the other.
/// </summary>
internal static class LaneSplit
{
    /// <summary>Fewer rows than these are not worth another thread.</summary>
    public const int FewestRows = 32;

    // 2^64 / golden ratio: spreads keys that differ in a few bits.
    private const ulong Spread = 0x9E37_79B9_7F4A_7C15;

    /// <summary>How many of the lanes a batch is worth.</summary>
    public static int Count(int rows, int lanes) => Math.Clamp(rows / FewestRows, 1, lanes);

    /// <summary>The lane of a record, from 0.</summary>
    public static int LaneOf(ConsumeResult<byte[], byte[]> record, int lanes) =>
        (int)Math.BigMul(Hash(record.Message.Key is { Length: > 0 } key ? Last(key) : (ulong)record.Partition.Value), (ulong)lanes, out _);

    // Ids of a scheme begin alike; their last bytes tell them apart.
    private static ulong Last(byte[] key)
    {
        if (key.Length >= sizeof(ulong))
        {
            return BinaryPrimitives.ReadUInt64LittleEndian(key.AsSpan(key.Length - sizeof(ulong)));
        }

        ulong value = 0;
        foreach (var b in key)
        {
            value = (value << 8) | b;
        }

        return value;
    }

    private static ulong Hash(ulong value) => (value ^ (value >> 32)) * Spread;
}
