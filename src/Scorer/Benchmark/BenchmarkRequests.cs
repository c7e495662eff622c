using System.Runtime.InteropServices;
using System.Text;
using Confluent.Kafka;
using Jianwei.Core.Contracts;
using Jianwei.Core.Models;
using Jianwei.Scorer.Batching;

namespace Jianwei.Scorer.Benchmark;

/// <summary>Requests as the Featurizer writes them, over the package's golden rows, each of its own company and changed a little.</summary>
internal sealed class BenchmarkRequests
{
    private const int Count = 8_192;
    private const int Partitions = 8;

    public BenchmarkRequests(ModelManifest manifest, GoldenInputs golden)
    {
        var random = new Random(1);
        Vectors = [.. Enumerable.Range(0, Count).Select(i => Vary(golden.Inputs[i % golden.Inputs.Count], random))];
        ulong Text(int i) => golden.Documents?[i % golden.Inputs.Count] is null ? 0 : TextHash(i % golden.Inputs.Count);
        Rows = [.. Vectors.Select((_, i) => new RequestRow { TextHash = Text(i) })];
        Messages = [.. Vectors.Select((features, i) => Wire.Write(Request(manifest, features, i, Text(i))))];
        Records = [.. Messages.Select(Record)];
    }

    public float[][] Vectors { get; }

    /// <summary>Of each request no more than the hash of its text.</summary>
    public RequestRow[] Rows { get; }

    public byte[][] Messages { get; }

    public ConsumeResult<byte[], byte[]>[] Records { get; }

    /// <summary>Stands for a golden row's document.</summary>
    public static ulong TextHash(int row) => (ulong)row + 1;

    private static float[] Vary(float[] golden, Random random) =>
        [.. golden.Select(v => v == 0 ? v : v * (0.9f + (0.2f * random.NextSingle())))];

    private static ScoreRequest Request(ModelManifest manifest, float[] features, int i, ulong text)
    {
        var time = new DateTimeOffset(2025, 5, 6, 7, 8, 9, TimeSpan.Zero).AddSeconds(i);
        return new ScoreRequest
        {
            CompanyId = Company(i),
            CompanyName = $"Company {i} Manufacturing Inc.",
            StateVersion = 1 + (i % 50),
            AsOf = time,
            Catalogue = manifest.Catalogue,
            Features = MemoryMarshal.AsBytes(features.AsSpan()).ToArray(),
            TextHash = text == 0 ? null : $"{text:x16}",
            Event = new EventSummary
            {
                EventId = $"{i:x16}", Type = EventType.FilingLayOffNotice, EventTime = time.AddDays(-2), ObservedTime = time,
                Amount = i, Unit = "people",
                Source = "warn", SourceEventId = $"WARN-{i}", Summary = $"lay-off notice: {i} people, Denver",
            },
            AcceptedTime = time,
        };
    }

    private static ConsumeResult<byte[], byte[]> Record(byte[] message, int i) => new()
    {
        Topic = "score-requests",
        Partition = i % Partitions,
        Offset = i,
        Message = new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes(Company(i)), Value = message },
    };

    private static string Company(int i) => $"US-WARN:{i:x16}";
}
