using Jianwei.Core.Kafka;
using Jianwei.Core.Redis;
using Jianwei.Core.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Jianwei.Core.Hosting;

/// <summary>What every stage needs.</summary>
public static class CoreServices
{
    private static readonly TimeSpan Live = TimeSpan.FromHours(1);

    /// <summary>Kafka clients, the clock, health and metrics.</summary>
    public static IServiceCollection AddJianweiCore(this IServiceCollection services)
    {
        services.AddSettings<KafkaOptions>("Kafka");
        services.AddSingleton<IValidateOptions<KafkaOptions>, KafkaClientCheck>();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<StageHealth>();
        services.AddSingleton<PrometheusText>();
        services.AddSingleton<KafkaClients>();
        services.AddSingleton<AckedProducer>();
        services.AddSingleton<DeadLetterWriter>();
        return services;
    }

    /// <summary>Redis, for what reads or writes states.</summary>
    public static IServiceCollection AddRedis(this IServiceCollection services)
    {
        services.AddSettings<RedisOptions>("Redis");
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RedisOptions>, RedisConfigurationCheck>());
        services.TryAddSingleton<RedisConnection>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IServerCheck, RedisCheck>());
        return services;
    }

    /// <summary>
    /// Runs a stage: its batching options (section <c>Stage:Batching</c>), its handler and its loop. What it may refuse records for
    /// (<paramref name="reasons"/>) is in the metrics from the start.
    /// </summary>
    public static IServiceCollection AddStage<THandler>(
        this IServiceCollection services, string section, Func<Topics, IReadOnlyList<string>> topics, IReadOnlyList<string> reasons,
        Action<StageOptions>? defaults = null)
        where THandler : class, IBatchHandler
    {
        services.AddSettings($"{section}:Batching", section, defaults);
        services.AddSingleton<THandler>();
        return services.AddSingleton<IHostedService>(s =>
        {
            DeadLetterWriter.Expect(section.ToLowerInvariant(), reasons);
            return Loop<THandler>(s, section, topics(s.GetRequiredService<KafkaClients>().Topics));
        });
    }

    private static StageLoop Loop<THandler>(IServiceProvider s, string section, IReadOnlyList<string> topics)
        where THandler : class, IBatchHandler
    {
        var options = s.GetRequiredService<IOptionsMonitor<StageOptions>>().Get(section);
        return new(
            section.ToLowerInvariant(),
            topics,
            options,
            s.GetRequiredService<THandler>(),
            s.GetRequiredService<KafkaClients>(),
            s.GetRequiredService<StageHealth>(),
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<IHostApplicationLifetime>(),
            s.GetRequiredService<ILogger<StageLoop>>(),
            topics.Count > 1 && options.MergeWait > TimeSpan.Zero
                ? new TopicMerge(options.MergeWait, Live, s.GetRequiredService<TimeProvider>())
                : null);
    }
}
