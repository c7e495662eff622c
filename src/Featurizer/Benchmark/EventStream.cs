using System.Globalization;
using Confluent.Kafka;
using Jianwei.Core.Contracts;

namespace Jianwei.Featurizer.Benchmark;

/// <summary>
/// A made-up stream of events for benchmarks: every company gets news of all kinds, a day or so apart. Same seed, same stream.
/// </summary>
public sealed class EventStream(int companies, int partitions, int seed)
{
    private static readonly EventType[] Types = [.. EventTypes.All.Where(t => t != EventType.Tick)];
    private readonly Random random = new(seed);
    private readonly long[] offsets = new long[partitions];
    private DateTimeOffset now = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private long made;

    /// <summary>The next event.</summary>
    public CompanyEvent Next()
    {
        var company = random.Next(companies);
        made++;
        now = now.AddSeconds(86_400.0 * 7 / companies);
        return new()
        {
            EventId = ((ulong)made * 0x9E3779B97F4A7C15UL).ToString("x16", CultureInfo.InvariantCulture),
            CompanyId = CompanyId(company),
            CompanyName = $"Company {company}",
            Type = Types[random.Next(Types.Length)],
            EventTime = now.AddHours(-random.Next(72)),
            ObservedTime = now,
            Amount = random.Next(3) == 0 ? null : random.Next(1, 1_000_000),
            Unit = "CNY",
            Source = "bench",
            SourceEventId = made.ToString(CultureInfo.InvariantCulture),
            Summary = "a made-up event",
        };
    }

    /// <summary>The next event as Kafka would hand it over.</summary>
    public ConsumeResult<byte[], byte[]> NextRecord(string topic)
    {
        var e = Next();
        var partition = PartitionOf(e.CompanyId);
        return new()
        {
            Topic = topic,
            Partition = partition,
            Offset = offsets[partition]++,
            Message = new() { Key = System.Text.Encoding.UTF8.GetBytes(e.CompanyId), Value = Wire.Write(e) },
        };
    }

    private static string CompanyId(int company) => string.Create(CultureInfo.InvariantCulture, $"X-BENCH:{company:D9}");

    // Any stable spread will do here: nothing else reads these keys.
    private int PartitionOf(string company) => (int)(Sweeper.SweepSchedule.Second(company) % (uint)offsets.Length);
}
