using Jianwei.Core.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jianwei.Core.Sql;

/// <summary>PostgreSQL for a host.</summary>
public static class PostgresRegistration
{
    /// <summary>
    /// Registers <see cref="NpgsqlDataSource"/> on <c>Postgres:ConnectionString</c>, <see cref="Schema"/> and the service that
    /// migrates at the start. Calling it twice is the same as once.
    /// </summary>
    public static IServiceCollection AddPostgres(this IServiceCollection services, IConfiguration configuration)
    {
        if (services.Any(s => s.ServiceType == typeof(NpgsqlDataSource)))
        {
            return services;
        }

        services.AddSettings<PostgresOptions>("Postgres");
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(s => Source(s.GetRequiredService<IOptions<PostgresOptions>>().Value));
        services.AddSingleton<Schema>();
        services.AddSingleton<IHostedService, SchemaService>();
        services.AddSingleton<IServerCheck, PostgresCheck>();
        return services;
    }

    private static NpgsqlDataSource Source(PostgresOptions options)
    {
        try
        {
            var builder = new NpgsqlDataSourceBuilder(options.ConnectionString);
            builder.ConnectionStringBuilder.ApplicationName ??= "jianwei";
            return builder.Build();
        }
        catch (ArgumentException e)
        {
            throw new OptionsValidationException(
                nameof(PostgresOptions),
                typeof(PostgresOptions),
                [$"Postgres:ConnectionString is not a connection string ({e.Message}); allowed: e.g. Host=localhost;Database=jianwei"]);
        }
    }
}
