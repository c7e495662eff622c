using Confluent.Kafka;
using Microsoft.Extensions.Options;

namespace Jianwei.Core.Kafka;

/// <summary>Whether <see cref="KafkaOptions.Client"/> has settings that librdkafka knows and that <see cref="StageLoop"/> can work with.</summary>
internal sealed class KafkaClientCheck : IValidateOptions<KafkaOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, KafkaOptions options)
    {
        // A stage reads all its partitions anew after a rebalance; one that leaves some where they are would skip what was in memory.
        if (options.Client.GetValueOrDefault("partition.assignment.strategy") is { } strategy && strategy.Contains("cooperative", StringComparison.Ordinal))
        {
            return ValidateOptionsResult.Fail($"Kafka:Client:partition.assignment.strategy is '{strategy}'; allowed: range, roundrobin.");
        }

        if (options.Client.GetValueOrDefault("group.protocol") is { } protocol && protocol != "classic")
        {
            return ValidateOptionsResult.Fail($"Kafka:Client:group.protocol is '{protocol}'; allowed: classic.");
        }

        return options.Client.Count == 0 || Refusal(options) is not { } refusal ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(refusal);
    }

    private static string? Refusal(KafkaOptions options)
    {
        try
        {
            using var producer = new ProducerBuilder<Null, Null>(options.Client).SetLogHandler((_, _) => { }).Build();
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or KafkaException)
        {
            var setting = options.Client.FirstOrDefault(c => e.Message.Contains(c.Key, StringComparison.Ordinal));
            return setting.Key is null
                ? $"Kafka:Client is refused: {e.Message}; allowed: librdkafka's settings."
                : $"Kafka:Client:{setting.Key} is '{setting.Value}': {e.Message}; allowed: librdkafka's settings.";
        }
    }
}
