using Confluent.Kafka;

namespace Jianwei.Core.Kafka;

/// <summary>
/// Records that gather to a batch, bounded by their number and by their bytes; the record that reaches a bound is the last.
/// </summary>
public sealed class RecordBuffer(int countLimit, long bytesLimit)
{
    // Of a record besides its key and value, roughly.
    private const int Overhead = 200;
    private List<ConsumeResult<byte[], byte[]>> records = [];
    private long bytes;

    public int Count => records.Count;

    /// <summary>Whether a bound is reached.</summary>
    public bool Full => records.Count >= countLimit || bytes >= bytesLimit;

    /// <summary>Bytes of memory that a record takes, roughly.</summary>
    public static long SizeOf(ConsumeResult<byte[], byte[]> record) =>
        Overhead + (record.Message?.Key?.Length ?? 0) + (record.Message?.Value?.Length ?? 0);

    public void Add(ConsumeResult<byte[], byte[]> record)
    {
        records.Add(record);
        bytes += SizeOf(record);
    }

    /// <summary>The records, which are the caller's now.</summary>
    public List<ConsumeResult<byte[], byte[]>> Take()
    {
        var taken = records;
        (records, bytes) = ([], 0);
        return taken;
    }
}
