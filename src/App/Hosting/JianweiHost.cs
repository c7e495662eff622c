using Jianwei.Alerts;
using Jianwei.Alerts.Api;
using Jianwei.Core.Hosting;
using Jianwei.Core.Telemetry;
using Jianwei.Featurizer;
using Jianwei.Ingest;
using Jianwei.Scorer;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Jianwei.App.Hosting;

/// <summary>Builds the program: settings, the stages of its roles, and its HTTP side.</summary>
internal static class JianweiHost
{
    // Of all roles: one file of settings serves them all.
    private static readonly string[] Sections =
        ["Kafka", "Redis", "Postgres", "RabbitMq", "Ingest", "Featurizer", "Scorer", "Models", "Alerts", "Sweeper", "Api", "Logging"];

    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);

    // A bus that was never started warns that it cannot be stopped.
    private static volatile LogLevel busLevel = LogLevel.Warning;

    /// <summary>
    /// A builder with settings, logs and what all verbs share. Settings come from defaults, appsettings.json,
    /// JIANWEI_ and --set, in this order.
    /// </summary>
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
        builder.Logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            c => c.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.SetMinimumLevel(level)
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None)
            .AddFilter("MassTransit", l => l >= busLevel);
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
            builder.Services.AddCatalogue().AddAlerts(builder.Configuration).AddShiftExplainer();
        }

        if (roles.HasFlag(Roles.Sweeper))
        {
            builder.Services.AddSweeper();
        }

        return builder;
    }

    /// <summary>The application with <c>/metrics</c>, <c>/health</c> and <c>/ready</c> on <c>Api:Url</c>.</summary>
    /// <exception cref="ArgumentException">A setting is not known, or its value not of its type or out of range.</exception>
    public static WebApplication BuildApplication(this WebApplicationBuilder builder, Roles roles)
    {
        builder.WebHost.UseUrls(ApiUrl.Read(builder.Configuration));
        var app = builder.Build();
        RequireRightSettings(app);
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

    // All that are wrong are told at once; but where a value is not even of its type, what is out of range is not known yet.
    private static void RequireRightSettings(WebApplication app)
    {
        var sections = app.Services.GetServices<SettingsSection>().ToList();
        var unreadable = Settings.Unreadable(app.Configuration, sections);
        string[] wrong =
        [
            .. Settings.UnknownSections(app.Configuration, Sections),
            .. Settings.Unknown(app.Configuration, sections),
            .. unreadable,
            .. unreadable.Count > 0 ? [] : OutOfRange(app.Services),
        ];
        if (wrong.Length > 0)
        {
            throw new ArgumentException(string.Join(' ', wrong.Select(w => $"setting {w}")));
        }
    }

    private static IEnumerable<string> OutOfRange(IServiceProvider services)
    {
        try
        {
            services.GetService<IStartupValidator>()?.Validate();
            return [];
        }
        catch (OptionsValidationException one)
        {
            return one.Failures;
        }
        catch (AggregateException many) when (many.InnerExceptions.All(e => e is OptionsValidationException))
        {
            return many.InnerExceptions.Cast<OptionsValidationException>().SelectMany(e => e.Failures);
        }
    }

    /// <summary>Looks whether settings are right before the servers that they will name are there.</summary>
    /// <exception cref="ArgumentException">As of <see cref="BuildApplication"/>, and so are the others.</exception>
    public static async Task CheckAsync(IReadOnlyDictionary<string, string?> set)
    {
        var all = new Dictionary<string, string?>(set, StringComparer.OrdinalIgnoreCase);
        all.TryAdd("Kafka:BootstrapServers", "127.0.0.1:1");
        all.TryAdd("Redis:Configuration", "127.0.0.1:1");
        all.TryAdd("Postgres:ConnectionString", "Host=127.0.0.1");
        await using var app = Builder(all, LogLevel.Error).AddRoles(Roles.All).BuildApplication(Roles.All);
    }

    /// <summary>
    /// Starts the application; what had started when something could not is stopped again, so that no group
    /// waits for a member that is gone.
    /// </summary>
    /// <exception cref="ArgumentException">Nobody can listen at <c>Api:Url</c>.</exception>
    public static async Task StartStagesAsync(this WebApplication app, CancellationToken cancellation)
    {
        var url = ApiUrl.Read(app.Configuration);
        ApiUrl.RequireFree(url);
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            await StopStartedAsync(app);
            throw ApiUrl.Refusal(url, "another program listens there");
        }
        catch
        {
            await StopStartedAsync(app);
            throw;
        }
    }

    // A host that refused its settings cannot be stopped and says so: what it refused is what counts.
    private static async Task StopStartedAsync(WebApplication app)
    {
        busLevel = LogLevel.Error;
        using var patience = new CancellationTokenSource(StopPatience);
        await app.StopAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static Dictionary<string, string?> Defaults() => new()
    {
        ["Featurizer:Catalogue"] = Home.File("schemas/features/catalogue.json"),
        ["Models:Directory"] = Home.File("models"),
        ["Scorer:Model"] = "warn-closure",
        ["Api:Url"] = "http://127.0.0.1:8080",
    };
}
