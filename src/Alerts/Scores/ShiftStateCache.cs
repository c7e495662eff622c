using Jianwei.Alerts.Shifts;

namespace Jianwei.Alerts.Scores;

/// <summary>
/// Shift states of the companies seen last, so that most batches read none. It may be stale: the version check of the write
/// finds that, and the states are read again. Two generations: when the young one is full, the old one is dropped.
/// </summary>
public sealed class ShiftStateCache(int limit)
{
    private Dictionary<string, ShiftState> young = new(StringComparer.Ordinal);
    private Dictionary<string, ShiftState> old = new(StringComparer.Ordinal);

    public bool TryGet(string companyId, out ShiftState state) =>
        young.TryGetValue(companyId, out state!) || old.TryGetValue(companyId, out state!);

    public void Set(string companyId, ShiftState state)
    {
        if (limit == 0)
        {
            return;
        }

        if (young.Count >= Math.Max(1, limit / 2))
        {
            old = young;
            young = new(StringComparer.Ordinal);
        }

        young[companyId] = state;
    }

    public void Clear()
    {
        young.Clear();
        old.Clear();
    }
}
