using Confluent.Kafka;
using Jianwei.Core.Kafka;
using Jianwei.Featurizer.State;
using Jianwei.Featurizer.Store;
using Jianwei.Core.Text;

namespace Jianwei.Featurizer.Verify;

/// <summary>What <see cref="StateVerifier"/> found.</summary>
/// <param name="Companies">Companies that the log knows.</param>
/// <param name="Events">Messages read.</param>
/// <param name="Different">Companies whose state or text in Redis is not, bit for bit, what the log makes.</param>
/// <param name="Missing">Of these, companies that Redis does not have.</param>
/// <param name="Behind">Messages that are in the log but not yet in Redis.</param>
/// <param name="Examples">Some of the different ones.</param>
public sealed record Verification(long Companies, long Events, long Different, long Missing, long Behind, IReadOnlyList<string> Examples);

/// <summary>
/// Replays <c>events</c> up to each partition's checkpoint into memory, with the code that serves, and compares every
/// company's state and text in Redis bit by bit. Works on one partition at a time.
/// </summary>
public sealed class StateVerifier(TopicReader reader, StateStore store, KafkaClients kafka)
{
    private const int ReadBatch = 1_000;
    private const int ExampleLimit = 10;

    /// <param name="progress">Told the number of messages read so far, now and then.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InvalidDataException">The log no longer starts at its first message, so it cannot rebuild the states.</exception>
    public async Task<Verification> RunAsync(IProgress<long>? progress, CancellationToken cancellation)
    {
        var total = new Verification(0, 0, 0, 0, 0, []);
        foreach (var (partition, low, high) in reader.Watermarks(kafka.Topics.Events))
        {
            if (low > 0)
            {
                throw new InvalidDataException(
                    $"{partition} starts at offset {low}: older messages are gone (retention), so it cannot rebuild the states");
            }

            var (checkpoint, _) = await store.ReadPartitionAsync(partition.Partition.Value, cancellation);
            if (checkpoint >= high)
            {
                throw new InvalidDataException(
                    $"{partition} ends at offset {high - 1} but its states in Redis hold offset {checkpoint}: Redis belongs to another log");
            }

            var found = await VerifyAsync(partition, checkpoint, total.Events, progress, cancellation);
            total = Add(total, found with { Behind = high - 1 - checkpoint });
        }

        return total;
    }

    private async Task<Verification> VerifyAsync(
        TopicPartition partition, long checkpoint, long before, IProgress<long>? progress, CancellationToken cancellation)
    {
        var states = new Dictionary<string, CompanyState>();
        var texts = new Dictionary<string, CompanyText>();
        var read = 0L;
        foreach (var record in reader.Read(partition, 0, checkpoint + 1, cancellation))
        {
            Replay(record, states, texts);
            if (++read % 10_000 == 0)
            {
                progress?.Report(before + read);
            }
        }

        var different = 0L;
        var missing = 0L;
        var examples = new List<string>();
        foreach (var companies in states.Where(s => s.Value.Version > 0).Select(s => s.Key).Chunk(ReadBatch))
        {
            var stored = await store.ReadStatesAsync(partition.Partition.Value, companies, cancellation);
            var storedTexts = await store.ReadTextsAsync(partition.Partition.Value, companies, cancellation);
            for (var i = 0; i < companies.Length; i++)
            {
                var text = texts.TryGetValue(companies[i], out var t) ? t.Encode() : null;
                if (Same(StateCodec.Encode(states[companies[i]]), stored[i]) && Same(text, storedTexts[i]))
                {
                    continue;
                }

                different++;
                missing += stored[i] is null ? 1 : 0;
                examples.Add(companies[i]);
            }
        }

        progress?.Report(before + read);
        return new(states.Count(s => s.Value.Version > 0), read, different, missing, 0, examples);
    }

    // Records that the Featurizer dead-lettered are no events for it, nor here.
    private static void Replay(
        ConsumeResult<byte[], byte[]> record, Dictionary<string, CompanyState> states, Dictionary<string, CompanyText> texts)
    {
        if (EventReader.TryRead(record.Message, out _) is not { } e)
        {
            return;
        }

        if (!states.TryGetValue(e.CompanyId, out var state))
        {
            states[e.CompanyId] = state = new();
        }

        CompanyText? text = null;
        if (e.Text is not null && !texts.TryGetValue(e.CompanyId, out text))
        {
            text = new();
        }

        if (StateLog.Apply(e, record.Partition.Value, record.Offset.Value, state, text) == Applied.Yes && text is not null)
        {
            texts[e.CompanyId] = text;
        }
    }

    private static bool Same(byte[]? expected, byte[]? found) => (expected ?? []).AsSpan().SequenceEqual(found ?? []);

    private static Verification Add(Verification a, Verification b) => new(
        a.Companies + b.Companies, a.Events + b.Events, a.Different + b.Different, a.Missing + b.Missing, a.Behind + b.Behind,
        [.. a.Examples.Concat(b.Examples).Take(ExampleLimit)]);
}
