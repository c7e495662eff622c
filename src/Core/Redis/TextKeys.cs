using StackExchange.Redis;

namespace Jianwei.Core.Redis;

/// <summary>
/// Keys in Redis of what two stages share: the Featurizer writes texts, the Scorer reads them and keeps their vectors. The braces
/// make all keys of one Kafka partition live in one slot of a cluster.
/// </summary>
/// <param name="Prefix">Setting <c>Redis:Prefix</c>.</param>
public readonly record struct TextKeys(string Prefix)
{
    /// <summary>A company's newest texts.</summary>
    public RedisKey Text(int partition, string companyId) => $"{Prefix}:{{{partition}}}:t:{companyId}";

    /// <summary>The packed texts that have this hash.</summary>
    /// <param name="partition">Of the company that has them.</param>
    /// <param name="textHash">Of the texts.</param>
    public RedisKey Packed(int partition, ulong textHash) => $"{Prefix}:{{{partition}}}:h:{textHash:x16}";

    /// <summary>What an encoder made of texts with this hash.</summary>
    /// <param name="partition">Of the company that has them.</param>
    /// <param name="encoder">Hash of the encoder: 16 hexadecimal digits.</param>
    /// <param name="textHash">Of the texts.</param>
    public RedisKey Vector(int partition, string encoder, ulong textHash) => $"{Prefix}:{{{partition}}}:v:{encoder}:{textHash:x16}";
}
