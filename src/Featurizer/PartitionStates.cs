using System.Text;
using Jianwei.Featurizer.Events;
using Jianwei.Featurizer.State;
using Jianwei.Featurizer.Store;
using StackExchange.Redis;

namespace Jianwei.Featurizer;

/// <summary>
/// The states of one partition that this process holds: what Redis had at <see cref="Checkpoint"/>, plus the batch being
/// applied. Dropped whole when a batch fails, a fence trips or the partition leaves.
/// </summary>
public sealed class PartitionStates(int partition, long checkpoint, Watermarks watermarks, RequestWriter requests, StateKeys keys)
{
    // A state with room for more takes its memory along.
    private const int SpareRecords = 128;

    private readonly byte[] statePrefix = Encoding.UTF8.GetBytes(keys.StatePrefix(partition));
    private readonly Dictionary<byte[], Company> companies = new(Utf8Comparer.Instance);
    private readonly List<Company> batch = [];
    private readonly Stack<CompanyState> spare = [];

    public int Partition { get; } = partition;

    /// <summary>The offset up to which everything is in Redis.</summary>
    public long Checkpoint { get; private set; } = checkpoint;

    public Watermarks Watermarks { get; } = watermarks;

    public RequestWriter Requests { get; } = requests;

    public LogEventReader Reader { get; } = new();

    /// <summary>The events of the batch.</summary>
    internal List<Incoming> Events { get; } = [];

    /// <summary>The company of an event, which becomes part of the batch.</summary>
    public Company Admit(in LogEvent e)
    {
        var lookup = companies.GetAlternateLookup<ReadOnlySpan<byte>>();
        var utf8 = e.CompanyId.Span;
        if (!lookup.TryGetValue(utf8, out var company))
        {
            var id = Encoding.UTF8.GetString(utf8);
            lookup[utf8] = company = new(id, (byte[])[.. statePrefix, .. utf8]);
        }

        if (!company.InBatch)
        {
            company.InBatch = true;
            batch.Add(company);
        }

        if (e.Text is not null && !company.TextInBatch)
        {
            company.TextInBatch = true;
            company.TextKey = keys.Text(Partition, company.Id);
        }

        return company;
    }

    /// <summary>Companies whose state must be read before the events are applied.</summary>
    internal List<Company> MissingStates() => batch.FindAll(c => c.State is null);

    /// <summary>Companies whose text must be read before the events are applied.</summary>
    internal List<Company> MissingTexts() => batch.FindAll(c => c.TextInBatch);

    /// <summary>Applies one event; its company must have been loaded, and its text where the event carries one.</summary>
    internal Applied Apply(in Incoming incoming, out CompanyState state)
    {
        var (company, e, offset) = incoming;
        state = company.State!;
        var applied = StateLog.Apply(e, Partition, offset, state, company.Text);
        if (applied == Applied.Yes)
        {
            company.Changed = true;
            company.TextChanged |= e.Text is not null;
            if (e.Type != Core.Contracts.EventType.Tick)
            {
                Watermarks.Observe(e.Source, e.Record.ObservedTime);
            }
        }

        return applied;
    }

    /// <summary>The state of a company that is not in memory.</summary>
    /// <param name="bytes">As Redis has it, or null where it has none.</param>
    /// <exception cref="InvalidDataException">The bytes are not a state.</exception>
    internal CompanyState Load(byte[]? bytes)
    {
        var state = spare.TryPop(out var used) ? used : new();
        if (bytes is not null)
        {
            StateCodec.Decode(bytes, state);
        }

        return state;
    }

    /// <summary>What has changed since the last <see cref="Written"/>, encoded.</summary>
    public List<KeyValuePair<RedisKey, byte[]>> Changes()
    {
        var changes = new List<KeyValuePair<RedisKey, byte[]>>(batch.Count);
        foreach (var company in batch)
        {
            if (company.Changed)
            {
                changes.Add(new(company.StateKey, StateCodec.Encode(company.State!)));
            }

            if (company.TextChanged)
            {
                changes.Add(new(company.TextKey, company.Text!.Encode()));
            }
        }

        return changes;
    }

    /// <summary>The changes are in Redis. Keeps at most <paramref name="cacheLimit"/> states.</summary>
    public void Written(long newCheckpoint, int cacheLimit)
    {
        Checkpoint = newCheckpoint;
        foreach (var company in batch)
        {
            (company.InBatch, company.TextInBatch, company.Changed, company.TextChanged, company.Text) = (false, false, false, false, null);
        }

        batch.Clear();
        Events.Clear();
        if (companies.Count > cacheLimit)
        {
            Forget();
        }
    }

    // Their memory holds the states that are read next: a batch of new lists of records is much garbage that lives long.
    private void Forget()
    {
        foreach (var company in companies.Values)
        {
            if (company.State is { Capacity: <= SpareRecords } state)
            {
                state.Clear();
                spare.Push(state);
            }
        }

        companies.Clear();
    }
}
