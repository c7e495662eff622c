using Jianwei.Core.Redis;
using StackExchange.Redis;

namespace Jianwei.Featurizer.Store;

/// <summary>
/// Keys in Redis. The braces make all keys of one Kafka partition live in one slot of a cluster, so that a batch of one
/// partition is read and written in one command each.
/// </summary>
/// <param name="Prefix">Setting <c>Redis:Prefix</c>.</param>
public readonly record struct StateKeys(string Prefix)
{
    public RedisKey Checkpoint(int partition) => $"{Prefix}:{{{partition}}}:c";

    public RedisKey Watermarks(int partition) => $"{Prefix}:{{{partition}}}:w";

    public RedisKey State(int partition, string companyId) => $"{StatePrefix(partition)}{companyId}";

    /// <inheritdoc cref="TextKeys.Text"/>
    public RedisKey Text(int partition, string companyId) => new TextKeys(Prefix).Text(partition, companyId);

    public string StatePrefix(int partition) => $"{Prefix}:{{{partition}}}:s:";
}
