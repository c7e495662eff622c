using Jianwei.Core.Contracts.Raw;
using Jianwei.Core.Hosting;
using Jianwei.Core.Sql;
using Jianwei.Ingest.Companies;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Jianwei.Ingest;

/// <summary>Role <c>ingest</c> for a host.</summary>
public static class IngestRegistration
{
    /// <summary>Registers the stage: raw topics in, <c>events</c> out. Needs the core services; adds PostgreSQL.</summary>
    public static IServiceCollection AddIngest(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<IngestOptions>("Ingest");
        services.AddPostgres(configuration);
        services.AddSingleton<CompanyTable>();
        services.AddSingleton<CompanyResolver>();
        return services.AddStage<IngestHandler>("Ingest", topics => topics.Raw, RefusalReasons.All);
    }
}
