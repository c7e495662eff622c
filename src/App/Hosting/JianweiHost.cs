using Jianwei.Alerts;
using Jianwei.Alerts.Api;
using Jianwei.Core.Hosting;
using Jianwei.Core.Telemetry;
using Jianwei.Featurizer;
using Jianwei.Ingest;
using Jianwei.Scorer;

namespace Jianwei.App.Hosting;

/// <summary>Builds the program: settings, the stages of its roles, and its HTTP side.</summary>
internal static class JianweiHost
{
    /// <summary>A builder with settings, logs and what all verbs share. Settings come from defaults, appsettings.json, JIANWEI_ and --set, in this order.</summary>
    public static WebApplicationBuilder Builder(IReadOnlyDictionary<string, string?> set, LogLevel level = LogLevel.Information)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = Home.Directory });
        builder.Configuration.Sources.Clear();
        builder.Configuration
            .AddInMemoryCollection(Defaults())
            .AddJsonFile(Home.File("appsettings.json"), optional: true)
            .AddEnvironmentVariables("JIANWEI_")
            .AddInMemoryCollection(set);
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(c => (c.SingleLine, c.TimestampFormat, c.UseUtcTimestamp) = (true, "HH:mm:ss ", true));
        builder.Logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(c => c.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.SetMinimumLevel(level).AddFilter("Microsoft", LogLevel.Warning).AddFilter("Microsoft.Extensions.Hosting", LogLevel.None).AddFilter("MassTransit", LogLevel.Warning);
        builder.Services.AddJianweiCore();
        return builder;
    }

    /// <summary>Adds the stages.</summary>
    public static WebApplicationBuilder AddRoles(this WebApplicationBuilder builder, Roles roles)
    {
        if (roles.HasFlag(Roles.Ingest))
        {
            builder.Services.AddIngest(builder.Configuration);
        }

        if (roles.HasFlag(Roles.Featurizer))
        {
            builder.Services.AddFeaturizer();
        }

        if (roles.HasFlag(Roles.Scorer))
        {
            builder.Services.AddCatalogue().AddScorer();
        }

        if (roles.HasFlag(Roles.Alerts))
        {
            builder.Services.AddCatalogue().AddAlerts(builder.Configuration);
        }

        if (roles.HasFlag(Roles.Sweeper))
        {
            builder.Services.AddSweeper();
        }

        return builder;
    }

    /// <summary>The application with <c>/metrics</c>, <c>/health</c> and <c>/ready</c> on <c>Api:Url</c>.</summary>
    public static WebApplication BuildApplication(this WebApplicationBuilder builder, Roles roles)
    {
        builder.WebHost.UseUrls(Url(builder.Configuration));
        var app = builder.Build();
        var sections = app.Services.GetServices<SettingsSection>().ToList();
        if ((string[])[.. Settings.Unknown(app.Configuration, sections), .. Settings.Unreadable(app.Configuration, sections)] is [_, ..] wrong)
        {
            throw new ArgumentException($"setting {string.Join(' ', wrong)}");
        }

        app.UseProblems();
        var metrics = app.Services.GetRequiredService<PrometheusText>();
        app.MapGet("/metrics", () => Results.Text(metrics.Write(), "text/plain; version=0.0.4; charset=utf-8"));
        if (roles.HasFlag(Roles.Alerts))
        {
            app.MapAlertsApi();
        }
        else
        {
            app.MapHealth();
        }

        return app;
    }

    private static string Url(IConfiguration configuration)
    {
        var url = configuration["Api:Url"];
        try
        {
            return BindingAddress.Parse(url ?? "").ToString();
        }
        catch (FormatException)
        {
            throw new ArgumentException($"setting Api:Url is '{url}'; allowed: http://HOST:PORT.");
        }
    }

    private static Dictionary<string, string?> Defaults() => new()
    {
        ["Featurizer:Catalogue"] = Home.File("schemas/features/catalogue.json"),
        ["Models:Directory"] = Home.File("models"),
        ["Scorer:Model"] = "warn-closure",
        ["Api:Url"] = "http://127.0.0.1:8080",
    };
}
