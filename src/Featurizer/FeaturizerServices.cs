using Jianwei.Core.Features;
using Jianwei.Core.Hosting;
using Jianwei.Featurizer.Store;
using Jianwei.Featurizer.Sweeper;
using Jianwei.Featurizer.Windows;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Jianwei.Featurizer;

/// <summary>Wires the stage.</summary>
public static class FeaturizerServices
{
    public static IServiceCollection AddFeaturizer(this IServiceCollection services)
    {
        services.AddFeatures();
        services.AddSingleton<FeaturizerMetrics>();
        services.AddHostedService<Core.Redis.RedisEviction>();
        return services.AddStage<FeaturizerHandler>("Featurizer", topics => [topics.Events], ["not_an_event"]);
    }

    /// <summary>The sweeper's role.</summary>
    public static IServiceCollection AddSweeper(this IServiceCollection services)
    {
        services.AddFeatures();
        services.AddSettings<SweeperOptions>("Sweeper");
        return services.AddHostedService<SweeperService>();
    }

    /// <summary>The compiled catalogue and the state store, for the stage and for the verbs that read states.</summary>
    public static IServiceCollection AddFeatures(this IServiceCollection services)
    {
        services.AddCatalogue().AddRedis();
        services.TryAddSingleton<StateStore>();
        services.TryAddSingleton<Core.Kafka.TopicReader>();
        services.TryAddSingleton<Verify.StateVerifier>();
        return services;
    }

    /// <summary>The catalogue alone, for stages that only need its names and hash.</summary>
    public static IServiceCollection AddCatalogue(this IServiceCollection services)
    {
        // One file of settings serves processes of all roles: what is in the section is known to each that reads it.
        services.AddSettings<FeaturizerOptions>("Featurizer");
        services.AddSettings<Core.Kafka.StageOptions>("Featurizer:Batching", "Featurizer");
        services.TryAddSingleton(s => FeatureCatalogue.Load(s.GetRequiredService<IOptions<FeaturizerOptions>>().Value.Catalogue));
        services.TryAddSingleton<FeaturePlan>();
        return services;
    }
}
