using System.ComponentModel.DataAnnotations;

namespace Jianwei.Core.Kafka;

/// <summary>Section <c>Kafka</c>.</summary>
public sealed class KafkaOptions
{
    /// <summary>HOST:PORT[,HOST:PORT…] of brokers.</summary>
    [Required(ErrorMessage = "HOST:PORT of brokers, separated by commas (./jianwei up starts one and sets it)")]
    public string BootstrapServers { get; set; } = "";

    /// <summary>Put before every topic and consumer group, e.g. <c>test-1.</c>.</summary>
    [RegularExpression("[a-zA-Z0-9._-]{0,64}")]
    public string Prefix { get; set; } = "";

    /// <summary>Partitions of every topic that is created; all topics have the same number.</summary>
    [Range(1, 10_000)]
    public int Partitions { get; set; } = 8;

    /// <summary>Replicas of a topic that is created; -1 is the broker's default.</summary>
    [Range(-1, 10)]
    public int ReplicationFactor { get; set; } = -1;

    /// <summary>Largest message that is sent or read, in bytes; topics are created with it.</summary>
    [Range(65_536, 512 * 1024 * 1024)]
    public int MessageSizeLimit { get; set; } = 16 * 1024 * 1024;

    /// <summary>librdkafka settings added to every client, e.g. <c>security.protocol</c>.</summary>
    public Dictionary<string, string> Client { get; set; } = [];

    public Topics Topics => new(Prefix);
}
