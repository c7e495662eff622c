using Jianwei.Alerts.Delivery;
using Jianwei.Alerts.Models;
using Jianwei.Alerts.Raising;
using Jianwei.Alerts.Scores;
using Jianwei.Alerts.Shifts;
using Jianwei.Core.Features;
using Jianwei.Core.Hosting;
using Jianwei.Core.Reasons;
using Jianwei.Core.Sql;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Jianwei.Alerts;

/// <summary>Wires the alerts stage.</summary>
public static class AlertsServices
{
    /// <summary>
    /// The stage over topic <c>scores</c>, and delivery. Needs <see cref="CoreServices.AddJianweiCore"/>; a registered
    /// <see cref="IShiftExplainer"/> gives alerts their reasons.
    /// </summary>
    public static IServiceCollection AddAlerts(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddPostgres(configuration);
        services.AddSettings<AlertsOptions>("Alerts");
        services.AddSettings<ShiftOptions>("Alerts:Shifts");
        services.AddSettings<ModelOptions>("Models");
        services.AddSingleton<BandScales>();
        services.AddSingleton<ScorePartitions>();
        services.AddSingleton<ScoreStore>();
        services.AddSingleton(s => new AlertRaiser(
            Catalogue(s),
            s.GetRequiredService<IOptions<AlertsOptions>>(),
            s.GetRequiredService<TimeProvider>(),
            s.GetService<IShiftExplainer>()));
        services.AddDelivery(configuration);
        return services.AddStage<AlertsHandler>("Alerts", topics => [topics.Scores], ["not_json", "invalid_field"]);
    }

    // A process of this role alone has no Featurizer to register the catalogue; without any, alerts leave feature groups out.
    private static FeatureCatalogue? Catalogue(IServiceProvider services) =>
        services.GetService<FeatureCatalogue>() is { } registered ? registered
        : services.GetRequiredService<IConfiguration>()["Featurizer:Catalogue"] is { } path && File.Exists(path)
            ? FeatureCatalogue.Load(path)
        : null;
}
