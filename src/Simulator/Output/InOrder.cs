namespace Jianwei.Simulator.Output;

/// <summary>Hands results that come in any order on in the order of their numbers, one at a time.</summary>
internal sealed class InOrder<T>(Action<T> take)
{
    private readonly Dictionary<int, T> early = [];
    private int next;

    /// <summary>Any thread. What is early is kept until its turn.</summary>
    public void Add(int number, T result)
    {
        lock (early)
        {
            early.Add(number, result);
            while (early.Remove(next, out var due))
            {
                take(due);
                next++;
            }
        }
    }
}
