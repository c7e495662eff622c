using Confluent.Kafka;
using Microsoft.Extensions.Options;

namespace Jianwei.Core.Kafka;

/// <summary>
/// Whether <see cref="KafkaOptions.Client"/> has settings that librdkafka knows and that <see cref="StageLoop"/> can work with.
/// </summary>
internal sealed class KafkaClientCheck : IValidateOptions<KafkaOptions>
{
    // In names of settings whose values are not repeated: ssl.key.pem, sasl.password, sasl.oauthbearer.config, …
    private static readonly string[] ConfidentialWords = ["password", "secret", "key", "oauthbearer", "jaas", "token", "username", "pem"];

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, KafkaOptions options)
    {
        // A stage reads all its partitions anew after a rebalance; one that leaves some where they are would skip what was in memory.
        if (options.Client.GetValueOrDefault("partition.assignment.strategy") is { } strategy
            && strategy.Contains("cooperative", StringComparison.Ordinal))
        {
            return ValidateOptionsResult.Fail($"Kafka:Client:partition.assignment.strategy is '{strategy}'; allowed: range, roundrobin.");
        }

        if (options.Client.GetValueOrDefault("group.protocol") is { } protocol && protocol != "classic")
        {
            return ValidateOptionsResult.Fail($"Kafka:Client:group.protocol is '{protocol}'; allowed: classic.");
        }

        return options.Client.Count == 0 || Refusal(options) is not { } refusal
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(refusal);
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
            // The longest: one setting's name may be the start of another's.
            var setting = options.Client.Where(c => e.Message.Contains(c.Key, StringComparison.Ordinal))
                .OrderByDescending(c => c.Key.Length).FirstOrDefault();
            var reason = options.Client.Where(c => IsConfidential(c.Key) && c.Value.Length > 0)
                .Aggregate(e.Message, (m, c) => m.Replace(c.Value, "…", StringComparison.Ordinal));
            return setting.Key is null ? $"Kafka:Client is refused: {reason}; allowed: librdkafka's settings."
                : IsConfidential(setting.Key) ? $"Kafka:Client:{setting.Key} is refused: {reason}; allowed: librdkafka's settings."
                : $"Kafka:Client:{setting.Key} is '{setting.Value}': {reason}; allowed: librdkafka's settings.";
        }
    }

    private static bool IsConfidential(string key) =>
        Array.Exists(ConfidentialWords, word => key.Contains(word, StringComparison.OrdinalIgnoreCase));
}
