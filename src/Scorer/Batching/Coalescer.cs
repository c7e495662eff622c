namespace Jianwei.Scorer.Batching;

/// <summary>Decides, request by request, which row of a batch a company's request takes. Emptied between batches.</summary>
internal sealed class Coalescer(CoalesceMode mode)
{
    private readonly HashSet<(string Company, long Version)> _seen = [];
    private readonly Dictionary<string, (int Row, long Version)> _newest = new(StringComparer.Ordinal);

    public void Clear()
    {
        _seen.Clear();
        _newest.Clear();
    }

    /// <summary>The row for a request: <paramref name="next"/>, an earlier row that it replaces, or -1 where it is dropped.</summary>
    public int Place(string company, long version, int next) =>
        mode == CoalesceMode.Exact ? (_seen.Add((company, version)) ? next : -1) : PlaceNewest(company, version, next);

    private int PlaceNewest(string company, long version, int next)
    {
        if (_newest.TryGetValue(company, out var held) && held.Version >= version)
        {
            return -1;
        }

        var row = _newest.ContainsKey(company) ? held.Row : next;
        _newest[company] = (row, version);
        return row;
    }
}
