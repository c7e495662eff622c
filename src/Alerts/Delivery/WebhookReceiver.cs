using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Jianwei.Alerts.Delivery;

/// <summary>Posts alerts as JSON. 2xx is delivered; 408, 429, 5xx, no answer or none in time is tried again; all else is final.</summary>
public sealed class WebhookReceiver(IHttpClientFactory clients, IOptions<DeliveryOptions> options, TimeProvider time) : IReceiver
{
    /// <summary>Name of its HTTP client; that one follows no redirects.</summary>
    public const string Client = "jianwei-webhook";

    public string Channel => "webhook";

    public async Task<DeliveryResult> DeliverAsync(DueDelivery delivery, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(delivery.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            return new(DeliveryOutcome.Failed, Error: $"url is '{delivery.Url}'; allowed: http:// or https://");
        }

        using var request = Request(delivery, url);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(options.Value.WebhookTimeout);
        try
        {
            using var client = clients.CreateClient(Client);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return Result(response);
        }
        catch (HttpRequestException e)
        {
            return new(DeliveryOutcome.Retry, Error: e.Message);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(DeliveryOutcome.Retry, Error: $"no answer within {options.Value.WebhookTimeout} (Alerts:Delivery:WebhookTimeout)");
        }
    }

    private HttpRequestMessage Request(DueDelivery delivery, Uri url)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(delivery.Alert, ReadableJson.Context.AlertView);
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.UserAgent.Add(new("jianwei", "1"));
        request.Headers.Add(WebhookSignature.TimestampHeader, timestamp);
        request.Headers.Add(WebhookSignature.IdempotencyHeader, delivery.DeliveryId.ToString());
        if (!string.IsNullOrEmpty(delivery.Secret))
        {
            request.Headers.Add(WebhookSignature.Header, WebhookSignature.Of(delivery.Secret, timestamp, body));
        }

        return request;
    }

    private DeliveryResult Result(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        if (response.IsSuccessStatusCode)
        {
            return new(DeliveryOutcome.Delivered, status);
        }

        var again = status >= 500 || response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests;
        return new(
            again ? DeliveryOutcome.Retry : DeliveryOutcome.Failed,
            status, $"the receiver answered {status}", Asked(response.Headers.RetryAfter));
    }

    private TimeSpan? Asked(RetryConditionHeaderValue? header) => header?.Delta ?? (header?.Date - time.GetUtcNow());
}
