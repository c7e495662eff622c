using System.Runtime.InteropServices;
using Confluent.Kafka;
using Jianwei.Core.Failures;
using Jianwei.Core.Kafka;
using Jianwei.Featurizer.Events;
using Jianwei.Featurizer.State;
using Jianwei.Featurizer.Store;
using Jianwei.Core.Text;
using Jianwei.Featurizer.Windows;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jianwei.Featurizer;

/// <summary>
/// Applies events to states and asks for scores. A batch goes: read states, apply in memory, send the score requests and wait
/// for their acknowledgement, write states and checkpoint. A crash before the write leaves requests that will be sent again,
/// byte for byte, because a state is a pure function of its log; a crash after it leaves nothing to do.
/// </summary>
public sealed partial class FeaturizerHandler : IBatchHandler
{
    private const string MovedCheckpoint = "another writer, or a fail-over that lost writes, moved its checkpoint";

    private readonly StateStore store;
    private readonly Func<TopicPartition, long> high;
    private readonly Send send;
    private readonly DeadLetterWriter deadLetters;
    private readonly Topics topics;
    private readonly FeaturizerMetrics metrics;
    private readonly int cacheLimit;
    private readonly TimeProvider time;
    private readonly Dictionary<int, PartitionStates> partitions = [];
    private readonly HashSet<int> rewound = [];
    private readonly Dictionary<int, long> gaps = []; // ends of those that were told, by partition
    private readonly ILogger log;
    private readonly FeaturePlan plan;
    private readonly Lock gate = new();

    public FeaturizerHandler(
        StateStore store, FeaturePlan plan, AckedProducer producer, DeadLetterWriter deadLetters, KafkaClients kafka,
        FeaturizerMetrics metrics, IOptions<FeaturizerOptions> options, TimeProvider time, ILogger<FeaturizerHandler> log)
        : this(
            store, plan, producer.SendAsync, new TopicReader(kafka).High, deadLetters, kafka.Topics, metrics,
            options.Value.StateCacheLimit, time, log)
    {
    }

    internal FeaturizerHandler(
        StateStore store, FeaturePlan plan, Send send, Func<TopicPartition, long> high, DeadLetterWriter deadLetters, Topics topics,
        FeaturizerMetrics metrics, int cacheLimit, TimeProvider time, ILogger log)
    {
        (this.store, this.send, this.high, this.deadLetters, this.topics, this.metrics, this.cacheLimit, this.time, this.log) =
            (store, send, high, deadLetters, topics, metrics, cacheLimit, time, log);
        this.plan = plan;
    }

    /// <summary>Sends messages and returns when all are acknowledged.</summary>
    internal delegate Task Send(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation);

    /// <inheritdoc/>
    public void Revoked(IReadOnlyList<TopicPartition> revoked)
    {
        Drop(revoked.Select(p => p.Partition.Value));
        lock (gate)
        {
            // The next owner may be this process again, from another offset: no gap of the log, so ask again.
            rewound.ExceptWith(revoked.Select(p => p.Partition.Value));
        }
    }

    /// <inheritdoc/>
    public async Task HandleAsync(IReadOnlyList<ConsumeResult<byte[], byte[]>> batch, CancellationToken cancellation)
    {
        var start = time.GetTimestamp();
        var byPartition = batch.GroupBy(r => r.Partition.Value).ToDictionary(g => g.Key, g => g.ToList());
        try
        {
            var held = await Task.WhenAll(byPartition.Select(p => HoldAsync(p.Key, p.Value, cancellation)));
            Align(held, byPartition);
            var found = await Task.WhenAll(
                held.Select(h => Task.Run(() => HandleAsync(h, byPartition[h.Partition], cancellation), cancellation)));
            Rewind([.. found.OfType<TopicPartitionOffset>()], MovedCheckpoint);
        }
        catch
        {
            // What is in memory may be ahead of Redis now.
            Drop(byPartition.Keys);
            throw;
        }

        metrics.Batch(time.GetElapsedTime(start));
    }

    // Partitions go through on their own: while one waits for a server, another has the processor.
    private async Task<TopicPartitionOffset?> HandleAsync(
        PartitionStates states, List<ConsumeResult<byte[], byte[]>> records, CancellationToken cancellation)
    {
        var outgoing = new List<OutgoingMessage>(records.Count);
        Parse(states, records, outgoing);
        await LoadAsync(states, cancellation);
        Apply(states, outgoing);
        await send(outgoing, cancellation);
        return await WriteAsync(states, records[^1].Offset.Value, cancellation);
    }

    private async Task<PartitionStates> HoldAsync(
        int partition, List<ConsumeResult<byte[], byte[]>> records, CancellationToken cancellation)
    {
        lock (gate)
        {
            // The first offset of all comes to one that holds the partition only when the log is another.
            if (partitions.TryGetValue(partition, out var held) && records[0].Offset.Value > 0)
            {
                return held;
            }
        }

        var (checkpoint, watermarks) = await store.ReadPartitionAsync(partition, cancellation);
        if (checkpoint > records[^1].Offset.Value)
        {
            await Task.Run(() => RequireSameLog(records[0].TopicPartition, checkpoint), cancellation);
        }

        var read = new PartitionStates(partition, checkpoint, watermarks, new RequestWriter(plan), store.Keys);
        lock (gate)
        {
            return partitions[partition] = read;
        }
    }

    private void RequireSameLog(TopicPartition partition, long checkpoint)
    {
        var end = high(partition);
        if (checkpoint >= end)
        {
            throw new FatalException(
                $"Topic {partition.Topic}, partition {partition.Partition.Value}, ends at offset {end - 1}, but its states in Redis hold offset {checkpoint}: "
                + "they were made of another log, for example before the topic was deleted and created again. "
                + "Choose another Redis:Prefix, or delete the keys of this one, and the states are made anew from the topic");
        }
    }

    // The states in Redis hold the log up to the checkpoint: reading must go on right behind it. A gap that stays after
    // having asked for the next offset once is one of the log's own (retention, transaction marks).
    private void Align(PartitionStates[] held, Dictionary<int, List<ConsumeResult<byte[], byte[]>>> byPartition)
    {
        var back = new List<TopicPartitionOffset>();
        foreach (var states in held)
        {
            var first = byPartition[states.Partition][0].Offset.Value;
            lock (gate)
            {
                if (first > states.Checkpoint + 1 && rewound.Add(states.Partition))
                {
                    back.Add(new(topics.Events, states.Partition, states.Checkpoint + 1));
                }
                else
                {
                    rewound.Remove(states.Partition);
                    NoteGap(states, first);
                }
            }
        }

        Rewind(back, "its states in Redis are behind the committed offset");
    }

    // A batch that fails comes again: its gap is told once.
    private void NoteGap(PartitionStates states, long first)
    {
        if (first > states.Checkpoint + 1 && gaps.GetValueOrDefault(states.Partition, -1) != first)
        {
            gaps[states.Partition] = first;
            metrics.Gap(first - states.Checkpoint - 1);
            LogGap(topics.Events, states.Partition, states.Checkpoint + 1, first - 1);
        }
    }

    private void Parse(PartitionStates states, List<ConsumeResult<byte[], byte[]>> records, List<OutgoingMessage> outgoing)
    {
        var before = 0;
        foreach (var record in records)
        {
            if (record.Offset.Value <= states.Checkpoint)
            {
                before++;
            }
            else if (states.Reader.TryRead(
                record.Message.Value ?? [], EventTimes.Latest(record.Message.Timestamp), out var e, out var problem))
            {
                states.Events.Add(new(states.Admit(e), e, record.Offset.Value));
            }
            else
            {
                outgoing.Add(deadLetters.Refuse("featurizer", "not_an_event", $"not a message of {topics.Events}: {problem}", record));
            }
        }

        metrics.Count(Applied.Before, before);
    }

    private async Task LoadAsync(PartitionStates states, CancellationToken cancellation)
    {
        var (missing, withText) = (states.MissingStates(), states.MissingTexts());
        if (missing.Count + withText.Count == 0)
        {
            return;
        }

        var (checkpoint, encoded, texts) = await store.ReadAsync(
            states.Partition, missing.ConvertAll(c => c.StateKey), withText.ConvertAll(c => c.TextKey), cancellation);
        if (checkpoint != states.Checkpoint)
        {
            // Before any request is sent that states of another offset would falsify.
            Rewind([new(topics.Events, states.Partition, checkpoint + 1)], MovedCheckpoint);
        }

        for (var i = 0; i < missing.Count; i++)
        {
            missing[i].State = states.Load(encoded[i]);
        }

        for (var i = 0; i < withText.Count; i++)
        {
            withText[i].Text = texts[i] is { } bytes ? CompanyText.Decode(bytes) : new CompanyText();
        }
    }

    private void Apply(PartitionStates states, List<OutgoingMessage> outgoing)
    {
        Span<int> counts = stackalloc int[5];
        foreach (ref readonly var incoming in CollectionsMarshal.AsSpan(states.Events))
        {
            var applied = states.Apply(incoming, out var state);
            counts[(int)applied]++;
            if (applied == Applied.Yes)
            {
                outgoing.Add(new(
                    topics.ScoreRequests, incoming.Company.Id,
                    states.Requests.Write(incoming.Event, state, incoming.Event.Text is null ? null : incoming.Company.Text)));
            }
        }

        for (var i = 0; i < counts.Length; i++)
        {
            metrics.Count((Applied)i, counts[i]);
        }
    }

    private async Task<TopicPartitionOffset?> WriteAsync(PartitionStates states, long last, CancellationToken cancellation)
    {
        if (last <= states.Checkpoint)
        {
            return null;
        }

        var found = await store.WriteAsync(states.Partition, states.Checkpoint, last, states.Watermarks, states.Changes(), cancellation);
        if (found is { } moved)
        {
            return new(topics.Events, states.Partition, moved + 1);
        }

        states.Written(last, cacheLimit);
        return null;
    }

    private void Rewind(List<TopicPartitionOffset> back, string because)
    {
        if (back.Count > 0)
        {
            metrics.Rewind();
            throw new RewindException(
                $"{string.Join(", ", back.Select(b => $"{b.Topic}[{b.Partition.Value}] from {b.Offset.Value}"))}: {because}", back);
        }
    }

    private void Drop(IEnumerable<int> gone)
    {
        lock (gate)
        {
            foreach (var partition in gone)
            {
                partitions.Remove(partition);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message =
        "{Topic}[{Partition}] no longer has its offsets {From} to {To} (retention, deleted records, or marks of a foreign transaction), "
        + "and the states in Redis do not hold them: whatever events were there are missing in states and scores")]
    private partial void LogGap(string topic, int partition, long from, long to);
}
