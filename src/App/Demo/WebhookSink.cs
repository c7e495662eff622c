using System.Collections.Concurrent;
using Jianwei.Alerts.Delivery;

namespace Jianwei.App.Demo;

/// <summary>The demo's receiver of webhooks: a small server that checks every signature, as a real one should.</summary>
internal sealed class WebhookSink : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly string secret;
    private readonly ConcurrentDictionary<string, byte> received = new();
    private long refused;

    private WebhookSink(string secret)
    {
        this.secret = secret;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.MapPost("/alerts", AcceptAsync);
    }

    public string Url => $"{app.Urls.First()}/alerts";

    /// <summary>Deliveries with a right signature, each counted once.</summary>
    public int Received => received.Count;

    /// <summary>Deliveries with a wrong signature.</summary>
    public long Refused => Interlocked.Read(ref refused);

    public static async Task<WebhookSink> StartAsync(string secret, CancellationToken cancellation)
    {
        var sink = new WebhookSink(secret);
        await sink.app.StartAsync(cancellation);
        return sink;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task<IResult> AcceptAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        var timestamp = request.Headers[WebhookSignature.TimestampHeader].ToString();
        if (request.Headers[WebhookSignature.Header] != WebhookSignature.Of(secret, timestamp, body.ToArray()))
        {
            Interlocked.Increment(ref refused);
            return Results.Unauthorized();
        }

        received.TryAdd(request.Headers[WebhookSignature.IdempotencyHeader].ToString(), 0);
        return Results.Ok();
    }
}
