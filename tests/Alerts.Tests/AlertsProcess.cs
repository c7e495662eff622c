using Jianwei.Alerts.Api;
using Jianwei.Core.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Jianwei.Alerts.Tests;

/// <summary>The alerts role as the program runs it: stage, delivery and API on a port of its own.</summary>
public sealed class AlertsProcess : IAsyncDisposable
{
    private readonly WebApplication app;

    private AlertsProcess(WebApplication app) => this.app = app;

    public HttpClient Http { get; private set; } = new();

    public IServiceProvider Services => app.Services;

    public List<string> Log { get; } = [];

    public static async Task<AlertsProcess> StartAsync(AlertsWorld world, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Kafka:BootstrapServers"] = world.Bootstrap,
            ["Redis:Configuration"] = "127.0.0.1:1",
            ["Postgres:ConnectionString"] = world.ConnectionString,
            ["Models:Directory"] = world.Models,
            ["Alerts:Delivery:FirstPause"] = "00:00:00.100",
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create<string, string?>(s.Key, s.Value)));
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(AlertsWorld.Catalogue);
        builder.Services.AddJianweiCore();
        builder.Services.AddAlerts(builder.Configuration);
        var app = builder.Build();
        var process = new AlertsProcess(app);
        app.Services.GetRequiredService<ILoggerFactory>().AddProvider(new Lines(process.Log));
        app.UseProblems();
        app.MapAlertsApi();
        await app.StartAsync();
        process.Http = new() { BaseAddress = new(app.Urls.First()) };
        return process;
    }

    /// <summary>Ends it without waiting for what it does, as near to a kill as a process can do to itself.</summary>
    public async Task DropAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        try
        {
            await app.StopAsync(now.Token);
        }
        catch (OperationCanceledException)
        {
            // That was the point.
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await DropAsync();
        await app.DisposeAsync();
    }

    private sealed class Lines(List<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (lines)
            {
                lines.Add($"{logLevel} {formatter(state, exception)} {exception}");
            }
        }

        public void Dispose()
        {
        }
    }
}
