using System.Runtime.InteropServices;
using System.Text;
using Confluent.Kafka;
using Jianwei.Core.Contracts;

namespace Jianwei.Scorer.Fixtures;

/// <summary>Score requests for the test models.</summary>
public static class Requests
{
    public static ScoreRequest Of(string company, long version, params float[] features) => new()
    {
        CompanyId = company,
        CompanyName = "见微科技 \"Jianwei\"",
        StateVersion = version,
        AsOf = new DateTimeOffset(2025, 5, 6, 7, 8, 9, 123, TimeSpan.Zero),
        Catalogue = ModelFolder.Catalogue,
        Features = Bytes(features.Length == 0 ? Features((int)version) : features),
        Event = new EventSummary
        {
            EventId = "0123456789abcdef", Type = EventType.FilingCourtJudgment,
            EventTime = new DateTimeOffset(2025, 5, 6, 0, 0, 0, TimeSpan.Zero),
            ObservedTime = new DateTimeOffset(2025, 5, 6, 7, 8, 9, TimeSpan.Zero),
            Amount = 1234.5, Unit = "CNY", Source = "court", SourceEventId = "(2025)沪01民初1号", Summary = "court judgment: 1,234.50 CNY",
        },
        AcceptedTime = new DateTimeOffset(2026, 1, 2, 3, 4, 4, TimeSpan.Zero),
    };

    /// <summary>Reproducible features, every one of them positive (so that version 3 of the test model behaves).</summary>
    public static float[] Features(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, ModelFolder.FeatureCount).Select(_ => random.NextSingle() * 3)];
    }

    public static byte[] Bytes(float[] features) => MemoryMarshal.AsBytes(features.AsSpan()).ToArray();

    public static ConsumeResult<byte[], byte[]> Record(byte[] value, long offset = 0) => new()
    {
        Topic = "score-requests",
        Partition = 3,
        Offset = offset,
        Message = new Message<byte[], byte[]> { Key = [1], Value = value },
    };

    /// <summary>As the Featurizer sends it: its key is the company.</summary>
    public static ConsumeResult<byte[], byte[]> Record(ScoreRequest request, long offset)
    {
        var record = Record(Wire.Write(request), offset);
        record.Message.Key = Encoding.UTF8.GetBytes(request.CompanyId);
        return record;
    }

    public static IReadOnlyList<ConsumeResult<byte[], byte[]>> Batch(IEnumerable<byte[]> values) =>
        [.. values.Select((v, i) => Record(v, i))];
}
