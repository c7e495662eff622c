using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Jianwei.Core.Kafka;

namespace Jianwei.Ingest.Replay;

/// <summary>How many messages each stage is behind: the ends of its topics less what its consumer group has committed.</summary>
public sealed class StageLag : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly IAdminClient admin;
    private readonly List<Stage> stages = [];
    private long drainedAt = -1;

    /// <exception cref="FormatException">There is no such stage.</exception>
    public StageLag(KafkaClients kafka, IReadOnlyList<string> stages)
    {
        admin = kafka.Admin();
        foreach (var name in stages)
        {
            var group = kafka.Consumer(kafka.Group(name)).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
            this.stages.Add(new(name, TopicsOf(name, kafka.Topics), group));
        }
    }

    /// <summary>The stages in the order of the stream.</summary>
    public static IReadOnlyList<string> AllStages { get; } = ["ingest", "featurizer", "scorer", "alerts"];

    /// <summary>Reads stages with commas; <c>none</c> is none.</summary>
    public static IReadOnlyList<string> Parse(string text) =>
        text == "none" ? [] : text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Whether the last look and the one before found every stage at the same ends: nothing is under way any more.</summary>
    public bool Drained { get; private set; }

    private sealed record Stage(string Name, IReadOnlyList<string> Topics, IConsumer<byte[], byte[]> Group);

    /// <summary>Messages behind, by stage.</summary>
    /// <exception cref="KafkaException">The brokers cannot be reached now.</exception>
    public async Task<IReadOnlyDictionary<string, long>> LookAsync(CancellationToken cancellation)
    {
        // The ends first: what a stage commits later than this look at its topic's end cannot make it look ahead.
        var ends = await OffsetsAsync([.. stages.SelectMany(s => s.Topics).Distinct().SelectMany(Partitions)], OffsetSpec.Latest());
        var lag = new Dictionary<string, long>(stages.Count);
        foreach (var stage in stages)
        {
            List<TopicPartition> partitions = [.. ends.Keys.Where(p => stage.Topics.Contains(p.Topic))];
            var committed = await Task.Run(() => stage.Group.Committed(partitions, Timeout), cancellation);
            lag[stage.Name] = await BehindAsync(committed, ends);
        }

        // Twice the same ends with nobody behind: a stage sends what it makes before it commits, so nothing can be in between.
        var sum = ends.Values.Sum();
        var caughtUp = lag.Values.All(l => l == 0);
        Drained = caughtUp && drainedAt == sum;
        drainedAt = caughtUp ? sum : -1;
        return lag;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        admin.Dispose();
        foreach (var stage in stages)
        {
            stage.Group.Dispose();
        }
    }

    private static IReadOnlyList<string> TopicsOf(string stage, Topics topics) => stage switch
    {
        "ingest" => topics.Raw,
        "featurizer" => [topics.Events],
        "scorer" => [topics.ScoreRequests],
        "alerts" => [topics.Scores],
        _ => throw new FormatException($"'{stage}' is no stage; allowed: {string.Join(", ", AllStages)}"),
    };

    private IEnumerable<TopicPartition> Partitions(string topic) =>
        admin.GetMetadata(topic, Timeout).Topics.Single(t => t.Topic == topic).Partitions.Select(p =>
            new TopicPartition(topic, p.PartitionId));

    private async Task<long> BehindAsync(List<TopicPartitionOffset> committed, Dictionary<TopicPartition, long> ends)
    {
        var none = committed.Where(c => c.Offset < 0).Select(c => c.TopicPartition).ToList();
        var starts = none.Exists(p => ends[p] > 0) ? await OffsetsAsync(none, OffsetSpec.Earliest()) : [];
        return committed.Sum(c =>
            Math.Max(0, ends[c.TopicPartition] - (c.Offset >= 0 ? c.Offset.Value : starts.GetValueOrDefault(c.TopicPartition))));
    }

    private async Task<Dictionary<TopicPartition, long>> OffsetsAsync(List<TopicPartition> partitions, OffsetSpec which)
    {
        var found = await admin.ListOffsetsAsync(
            partitions.Select(p => new TopicPartitionOffsetSpec { TopicPartition = p, OffsetSpec = which }),
                new() { RequestTimeout = Timeout });
        return found.ResultInfos.Select(i => i.TopicPartitionOffsetError).ToDictionary(o => o.TopicPartition, o => o.Offset.Value);
    }
}
