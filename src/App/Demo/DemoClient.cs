using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Jianwei.App.Demo;

/// <summary>What a person would do over the REST API: make a portfolio, subscribe, look at alerts.</summary>
internal sealed class DemoClient(string url) : IDisposable
{
    private const int MembersAtOnce = 10_000;
    private readonly HttpClient http = new() { BaseAddress = new Uri(url) };

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    public async Task<long> MakePortfolioAsync(string name, IReadOnlyList<string> companies, CancellationToken cancellation)
    {
        var id = (await PostAsync("/api/portfolios", new { name }, cancellation))["id"]!.GetValue<long>();
        foreach (var some in companies.Chunk(MembersAtOnce))
        {
            await PostAsync($"/api/portfolios/{id}/members", new { company_ids = some }, cancellation);
        }

        return id;
    }

    public Task SubscribeAsync(long portfolio, string band, string webhook, string secret, CancellationToken cancellation) => PostAsync(
        $"/api/portfolios/{portfolio}/subscriptions",
        new { name = "risk desk", channel = "webhook", url = webhook, secret, minimum_band = band },
        cancellation);

    /// <summary>The newest alerts of a portfolio by as-of, newest first.</summary>
    public async Task<IReadOnlyList<JsonNode>> AlertsAsync(long portfolio, int limit, CancellationToken cancellation)
    {
        var page = await http.GetFromJsonAsync<JsonNode>($"/api/alerts?portfolio={portfolio}&limit={limit}", cancellation);
        return [.. page!["items"]!.AsArray().Select(a => a!)];
    }

    /// <summary>All alerts of a portfolio.</summary>
    public async IAsyncEnumerable<JsonNode> AllAlertsAsync(long portfolio, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (string? after = ""; after is not null;)
        {
            var page = await http.GetFromJsonAsync<JsonNode>($"/api/alerts?portfolio={portfolio}&limit=1000{after}", cancellation);
            foreach (var alert in page!["items"]!.AsArray())
            {
                yield return alert!;
            }

            after = page["next"]?.GetValue<string>() is { } next ? $"&after={next}" : null;
        }
    }

    private async Task<JsonNode> PostAsync(string path, object body, CancellationToken cancellation)
    {
        using var answer = await http.PostAsync(path, JsonContent.Create(body, options: JsonSerializerOptions.Default), cancellation);
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        return answer.IsSuccessStatusCode
            ? JsonNode.Parse(text)!
            : throw new InvalidDataException($"POST {path}: {(int)answer.StatusCode} {text}");
    }
}
