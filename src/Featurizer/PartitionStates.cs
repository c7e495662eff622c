using Jianwei.Core.Contracts;
using Jianwei.Featurizer.State;
using Jianwei.Featurizer.Store;
using Jianwei.Featurizer.Text;

namespace Jianwei.Featurizer;

/// <summary>
/// The states of one partition that this process holds: what Redis had at <see cref="Checkpoint"/>, plus the batch being
/// applied. Dropped whole when a batch fails, a fence trips or the partition leaves.
/// </summary>
public sealed class PartitionStates(int partition, long checkpoint, Watermarks watermarks, RequestWriter requests)
{
    private readonly Dictionary<string, CompanyState> states = [];
    private readonly Dictionary<string, CompanyText> texts = [];
    private readonly HashSet<string> changed = [];
    private readonly HashSet<string> changedTexts = [];

    public int Partition { get; } = partition;

    /// <summary>The offset up to which everything is in Redis.</summary>
    public long Checkpoint { get; private set; } = checkpoint;

    public Watermarks Watermarks { get; } = watermarks;

    public RequestWriter Requests { get; } = requests;

    /// <summary>Companies whose state must be read before the events are applied.</summary>
    public IReadOnlyList<string> MissingStates(IEnumerable<string> companies) => [.. companies.Where(c => !states.ContainsKey(c)).Distinct()];

    public void Load(IReadOnlyList<string> companies, byte[]?[] encoded)
    {
        for (var i = 0; i < companies.Count; i++)
        {
            states[companies[i]] = encoded[i] is { } bytes ? StateCodec.Decode(bytes) : new CompanyState();
        }
    }

    public void LoadTexts(IReadOnlyList<string> companies, byte[]?[] encoded)
    {
        for (var i = 0; i < companies.Count; i++)
        {
            texts[companies[i]] = encoded[i] is { } bytes ? CompanyText.Decode(bytes) : new CompanyText();
        }
    }

    /// <summary>Applies one event; its company must have been loaded, and its text where the event carries one.</summary>
    public Applied Apply(CompanyEvent e, long offset, out CompanyState state)
    {
        state = states[e.CompanyId];
        var applied = StateLog.Apply(e, Partition, offset, state, e.Text is null ? null : texts[e.CompanyId]);
        if (applied == Applied.Yes)
        {
            changed.Add(e.CompanyId);
            if (e.Text is not null)
            {
                changedTexts.Add(e.CompanyId);
            }

            if (e.Type != EventType.Tick)
            {
                Watermarks.Observe(e.Source, Days.SecondsOf(e.ObservedTime));
            }
        }

        return applied;
    }

    /// <summary>What has changed since the last <see cref="Written"/>, encoded.</summary>
    public StateWrites Changes() => new(
        [.. changed.Select(c => KeyValuePair.Create(c, StateCodec.Encode(states[c])))],
        [.. changedTexts.Select(c => KeyValuePair.Create(c, texts[c].Encode()))]);

    /// <summary>The changes are in Redis. Keeps at most <paramref name="cacheLimit"/> states.</summary>
    public void Written(long newCheckpoint, int cacheLimit)
    {
        Checkpoint = newCheckpoint;
        changed.Clear();
        texts.Clear();
        changedTexts.Clear();
        if (states.Count > cacheLimit)
        {
            states.Clear();
        }
    }
}
