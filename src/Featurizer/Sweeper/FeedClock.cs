using Jianwei.Featurizer.State;
using Jianwei.Featurizer.Store;

namespace Jianwei.Featurizer.Sweeper;

/// <summary>
/// How far the feeds have come, and which of them stand still. A feed that is <c>stalledAfter</c> behind the leading one is
/// stalled: silence of the companies that only it tells of means nothing.
/// </summary>
public sealed class FeedClock
{
    private readonly int stalledBits;
    private readonly int liveBits;

    public FeedClock(IEnumerable<Watermarks> partitions, TimeSpan stalledAfter)
    {
        Sources = partitions.SelectMany(p => p.Sources)
            .GroupBy(s => s.Key, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Max(s => s.Value), StringComparer.Ordinal);
        Watermark = Sources.Count == 0 ? 0 : Sources.Values.Max();
        Stalled = [.. Sources.Where(s => Watermark - s.Value > stalledAfter.TotalSeconds).Select(s => s.Key).Order(StringComparer.Ordinal)];
        stalledBits = Stalled.Aggregate(0, (bits, s) => bits | CompanyState.SourceBit(s));
        liveBits = Sources.Keys.Except(Stalled).Aggregate(0, (bits, s) => bits | CompanyState.SourceBit(s));
    }

    /// <summary>The largest observed time of each source, seconds since 1970.</summary>
    public IReadOnlyDictionary<string, uint> Sources { get; }

    /// <summary>The largest of all.</summary>
    public uint Watermark { get; }

    /// <summary>Sources that stand still.</summary>
    public IReadOnlyList<string> Stalled { get; }

    /// <summary>
    /// True when every source that ever told of the company stands still. A bit shared with a live source counts as live.
    /// </summary>
    public bool IsStalled(ushort companySources) => (companySources & stalledBits & ~liveBits) == companySources;
}
