using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Jianwei.Alerts.Tests.Delivery;

/// <summary>A web server that receives webhooks and answers as it is told.</summary>
public sealed class WebhookSink : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Func<int, HttpContext, Task<int>> answer;

    private WebhookSink(Func<int, HttpContext, Task<int>> answer)
    {
        this.answer = answer;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.MapPost("/{**path}", ReceiveAsync);
    }

    public sealed record Received(byte[] Body, string? Signature, string? Timestamp, string? Key, long At);

    public ConcurrentQueue<Received> Requests { get; } = [];

    public string Url => app.Urls.First() + "/hook";

    /// <summary>Starts one whose n-th answer, from 1, has the status that is returned for n.</summary>
    public static async Task<WebhookSink> StartAsync(Func<int, HttpContext, Task<int>>? answer = null)
    {
        var sink = new WebhookSink(answer ?? ((_, _) => Task.FromResult(200)));
        await sink.app.StartAsync();
        return sink;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        string? Header(string name) => context.Request.Headers.TryGetValue(name, out var value) ? value.ToString() : null;
        Requests.Enqueue(new(
            body.ToArray(), Header("X-Jianwei-Signature"), Header("X-Jianwei-Timestamp"),
            Header("Idempotency-Key"), Stopwatch.GetTimestamp()));
        context.Response.StatusCode = await answer(Requests.Count, context);
    }
}
