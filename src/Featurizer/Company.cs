using Jianwei.Featurizer.State;
using Jianwei.Core.Text;
using StackExchange.Redis;

namespace Jianwei.Featurizer;

/// <summary>A company in <see cref="PartitionStates"/>: its keys, and what of it is in memory.</summary>
public sealed class Company(string id, RedisKey stateKey)
{
    public string Id { get; } = id;

    public RedisKey StateKey { get; } = stateKey;

    /// <summary>Set with the first event that has a text.</summary>
    public RedisKey TextKey { get; set; }

    /// <summary>Null where it has not been read.</summary>
    public CompanyState? State { get; set; }

    /// <summary>Null where it has not been read for this batch.</summary>
    public CompanyText? Text { get; set; }

    /// <summary>The batch has events of it, so its state has been asked for.</summary>
    public bool InBatch { get; set; }

    /// <summary>The batch has texts of it, so its text has been asked for.</summary>
    public bool TextInBatch { get; set; }

    public bool Changed { get; set; }

    public bool TextChanged { get; set; }
}

/// <summary>A company's event at its place in the log.</summary>
internal readonly record struct Incoming(Company Company, Events.LogEvent Event, long Offset);
