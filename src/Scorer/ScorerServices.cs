using Jianwei.Core.Failures;
using Jianwei.Core.Features;
using Jianwei.Core.Hosting;
using Jianwei.Core.Reasons;
using Jianwei.Scorer.Batching;
using Jianwei.Scorer.Inference;
using Jianwei.Scorer.Packages;
using Jianwei.Scorer.Reasons;
using Jianwei.Scorer.Swap;
using Jianwei.Scorer.Telemetry;
using Jianwei.Scorer.Texts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Jianwei.Scorer;

/// <summary>Wires the stage.</summary>
public static class ScorerServices
{
    /// <summary>The stage's section in the configuration.</summary>
    public const string Section = "Scorer";

    /// <summary>
    /// Model store, slot and watcher, and the stage over score-requests. A registered <see cref="FeatureCatalogue"/> is
    /// what models are held to.
    /// </summary>
    public static IServiceCollection AddScorer(this IServiceCollection services)
    {
        services.AddSettings<ScorerOptions>(Section);
        services.AddSettings<ShadowOptions>($"{Section}:Shadow");
        services.AddModelStore();
        services.AddSingleton<ScoreLatency>();
        services.AddSingleton(s => SelectDevice(s.GetRequiredService<IOptions<ScorerOptions>>().Value));
        services.AddRedis();
        services.TryAddSingleton<TextStore>();
        services.AddSingleton<ModelSlot>();
        // Before the stage: it starts only with a model.
        services.AddHostedService(s => ActivatorUtilities.CreateInstance<ModelWatcher>(s, [.. Contract(s)]));
        return services.AddStage<ScorerHandler>(Section, topics => [topics.ScoreRequests], Refusal.Reasons);
    }

    /// <summary>What explains shifts to the alerts stage.</summary>
    public static IServiceCollection AddShiftExplainer(this IServiceCollection services)
    {
        services.AddModelStore().AddRedis();
        services.TryAddSingleton<TextStore>();
        return services.AddSingleton<IShiftExplainer, ShiftExplainer>();
    }

    /// <summary>The store of Models:Directory, for the stage and for the model verbs.</summary>
    public static IServiceCollection AddModelStore(this IServiceCollection services)
    {
        services.AddSettings<ModelsOptions>("Models");
        services.TryAddSingleton(s => new ModelStore(s.GetRequiredService<IOptions<ModelsOptions>>().Value.Directory));
        return services;
    }

    private static IEnumerable<object> Contract(IServiceProvider services) =>
        services.GetService<FeatureCatalogue>() is { } catalogue ? [new FeatureContract(catalogue.Hash, catalogue.Count)] : [];

    private static InferenceDevice SelectDevice(ScorerOptions options)
    {
        try
        {
            return InferenceDevice.Select(DeviceChoice.Parse(options.Device), options.Threads);
        }
        catch (DeviceUnavailableException e)
        {
            throw new FatalException($"Scorer:Device is '{options.Device}', and it cannot serve: {e.Message}; allowed here: auto, cpu", e);
        }
    }
}
