using System.Runtime.InteropServices;
using System.Text.Json;
using Jianwei.Core.Contracts;
using Jianwei.Core.Redis;
using Jianwei.Core.Text;
using Jianwei.Scorer.Fixtures;
using Jianwei.Scorer.Inference;
using Jianwei.Scorer.Packages;
using Jianwei.Scorer.Reasons;
using Jianwei.Scorer.Texts;
using Jianwei.Servers;
using Microsoft.Extensions.Options;
using static Jianwei.Alerts.Tests.AlertsWorld;

namespace Jianwei.Alerts.Tests.Raising;

/// <summary>Alerts of a model that reads texts, with their reasons: from scores in to what a person gets.</summary>
public sealed class ReasonedAlertTests : IAsyncLifetime
{
    private const int Partition = 0; // of AlertsWorld.Record
    private const string Filing = "judgment against it. enforcement follows. appeal denied.";

    private readonly string _prefix = $"t{Guid.NewGuid():N}";
    private readonly List<IDisposable> _owned = [];
    private RedisConnection _redis = null!;
    private AlertsWorld _world = null!;
    private ModelPackage _package = null!;
    private int _seed;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _redis = new(
            Options.Create(new RedisOptions { Configuration = (await RedisServer.SharedAsync()).Configuration, Prefix = _prefix }));
        _world = await WorldAsync();
        _package = new ModelStore(_world.Models).Load(ModelId.Parse(FusedPackage.Id), null, InferenceDevice.Cpu());
        _seed = FindSeed();
    }

    public async ValueTask DisposeAsync()
    {
        _package.Dispose();
        _owned.ForEach(o => o.Dispose());
        _redis.Dispose();
        await _world.DisposeAsync();
    }

    [Fact]
    public async Task Alert_CarriesTheFilingsSentenceAndItsEvent()
    {
        await _world.SubscribeAsync(["X:1"]);
        await using var process = await AlertsProcess.StartAsync(_world);
        await RaiseAsync(_world);

        var alert = (await AlertsAsync(process))[0];
        var reasons = alert.GetProperty("reasons").EnumerateArray().ToList();
        var text = Assert.Single(reasons, r => r.GetProperty("kind").GetString() == "text");
        Assert.Equal(
            ("new", "filing", "X:1-3"),
            (text.GetProperty("change").GetString(), text.GetProperty("segment").GetString(), text.GetProperty("key").GetString()));
        Assert.Contains(text.GetProperty("sentence").GetString(), Sentences.Of(Filing));
        Assert.Contains(text.GetProperty("sentence").GetString()!, text.GetProperty("text").GetString(), StringComparison.Ordinal);
        var happened = Assert.Single(text.GetProperty("events").EnumerateArray());
        Assert.Equal(("test", "X:1-3"), (happened.GetProperty("source").GetString(), happened.GetProperty("source_event_id").GetString()));
        Assert.Equal(text.GetProperty("value").GetDouble(), happened.GetProperty("value").GetDouble());
        Assert.InRange(reasons.Count, 2, 6);
        Assert.Equal(
            reasons.Select(r => Math.Abs(r.GetProperty("value").GetDouble())).OrderDescending(),
            reasons.Select(r => Math.Abs(r.GetProperty("value").GetDouble())));

        var sum = reasons.Sum(r => r.GetProperty("value").GetDouble())
            + alert.GetProperty("reasons_other").GetDouble()
            + alert.GetProperty("reasons_residual").GetDouble();
        Assert.Equal(
            alert.GetProperty("after").GetProperty("log_odds").GetDouble()
                - alert.GetProperty("before").GetProperty("log_odds").GetDouble(),
            sum, 1e-3);
        Assert.InRange(alert.GetProperty("reasons_residual").GetDouble(), -0.001, 0.001);
        Assert.False(alert.TryGetProperty("reasons_note", out _));
    }

    [Fact]
    public async Task Console_SaysItInOneLine()
    {
        await _world.SubscribeAsync(["X:1"]);
        await using var process = await AlertsProcess.StartAsync(_world);
        await RaiseAsync(_world);

        for (var i = 0; i < 100 && !Lines().Any(); i++)
        {
            await Task.Delay(100, Stop);
        }

        Assert.Matches(
            "ALERT Company X:1: .* because of [↑↓][0-9]+ % .*new filing text of 2024-01-03: “.*”.*; newest event: court judgment no. 3, 判决 \\(s\\)",
            Assert.Single(Lines()));

        List<string> Lines()
        {
            lock (process.Log)
            {
                return process.Log.FindAll(l => l.Contains("ALERT", StringComparison.Ordinal));
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Replay_GivesTheSameReasons(int batch)
    {
        await _world.SubscribeAsync(["X:1"]);
        await RaiseAsync(_world);
        await using var again = await WorldAsync();
        await again.SubscribeAsync(["X:1"]);
        await RaiseAsync(again, batch);

        Assert.Equal(await _world.RowsAsync("select reasons from alerts"), await again.RowsAsync("select reasons from alerts"));
    }

    // In Redis a text is kept for days; the reference is a month old and more.
    [Fact]
    public async Task TextOfTheReference_IsKeptWithItsFeatures()
    {
        await _world.SubscribeAsync(["X:1"]);
        var handler = Handler(_world);
        var scores = await ScoresAsync();
        await handler.HandleAsync(Batch(scores[0], scores[1]), Stop);
        Assert.True(await _redis.Database.KeyDeleteAsync(new TextKeys(_prefix).Packed(Partition, TextOf(1).Hash)));
        await handler.HandleAsync(Batch(scores[2]), Stop);

        Assert.Equal(["{\"note\":null,\"texts\":1}"], await _world.RowsAsync(
            "select reasons->>'note' note, (select count(*) from jsonb_array_elements(reasons->'items') i where i->>'sentence' is not null) texts from alerts"));
    }

    [Fact]
    public async Task TextsThatAreGone_AreSaid()
    {
        await _world.SubscribeAsync(["X:1"]);
        await _redis.Database.KeyDeleteAsync(new TextKeys(_prefix).Packed(Partition, TextOf(1).Hash));
        await Handler(_world).HandleAsync(Batch(await ScoresAsync(keep: false)), Stop);

        Assert.Equal(["{\"told\":true,\"texts\":0}"], await _world.RowsAsync(
            """
            select reasons->>'note' like 'the texts of both scores are not known%' told,
              (select count(*) from jsonb_array_elements(reasons->'items') i where i->>'kind' = 'text') texts from alerts
            """));
    }

    [Fact]
    public async Task WithoutExplainer_TheAlertComesAllTheSame()
    {
        await _world.SubscribeAsync(["X:1"]);
        await _world.Handler(catalogue: FusedPackage.Catalogue).HandleAsync(Batch(await ScoresAsync()), Stop);

        Assert.Equal(
            ["{\"note\":\"this process has no models to ask\"}"],
            await _world.RowsAsync("select reasons->>'note' note from alerts"));
    }

    [Fact]
    public async Task ShiftThatNobodyWants_IsNotExplained()
    {
        var explainer = NSubstitute.Substitute.For<Core.Reasons.IShiftExplainer>();
        await _world.Handler(catalogue: FusedPackage.Catalogue, explainer: explainer)
            .HandleAsync(Batch(await ScoresAsync(texts: false)), Stop);

        Assert.Equal(1, await _world.CountAsync("scores where band <> 'low'"));
        Assert.Empty(NSubstitute.SubstituteExtensions.ReceivedCalls(explainer));
    }

    private async Task<AlertsWorld> WorldAsync()
    {
        var world = await StartAsync();
        FusedPackage.Write(world.Models, "1", FusedPackage.Catalogue.Hash);
        return world;
    }

    private AlertsHandler Handler(AlertsWorld world)
    {
        var explainer = new ShiftExplainer(new(world.Models), new(_redis));
        _owned.Add(explainer);
        return world.Handler(catalogue: FusedPackage.Catalogue, explainer: explainer);
    }

    private async Task RaiseAsync(AlertsWorld world, int batch = 10)
    {
        var handler = Handler(world);
        foreach (var chunk in (await ScoresAsync()).Chunk(batch))
        {
            await handler.HandleAsync(Batch(chunk), Stop);
        }
    }

    private static async Task<List<JsonElement>> AlertsAsync(AlertsProcess process) =>
        [.. JsonDocument.Parse(await process.Http.GetStringAsync(new Uri("/api/alerts", UriKind.Relative), Stop)).RootElement
            .GetProperty("items").EnumerateArray()];

    // A company with a profile, of which a filing is heard with its third score: as the Scorer makes scores, and leaves texts.
    private async Task<Score[]> ScoresAsync(bool keep = true, bool texts = true)
    {
        var scores = new Score[3];
        for (var version = 1; version <= scores.Length; version++)
        {
            var (text, features) = (TextOf(version), Features(version));
            if (keep)
            {
                await _redis.Database.StringSetAsync(new TextKeys(_prefix).Packed(Partition, text.Hash), text.Encode());
            }

            var risk = Risk(features, text);
            scores[version - 1] = Score("X:1", version, version - 1, risk.Probability, FusedPackage.Id) with
            {
                LogOdds = risk.LogOdds, Catalogue = FusedPackage.Catalogue.Hash,
                Features = MemoryMarshal.AsBytes(features.AsSpan()).ToArray(),
                TextHash = texts ? $"{text.Hash:x16}" : null,
            };
        }

        return scores;
    }

    private static CompanyText TextOf(int version)
    {
        var text = new CompanyText();
        text.Apply(new(TextSegment.Profile, "scope", "trade and repair"), 1);
        if (version == 3)
        {
            text.Apply(new(TextSegment.Filing, "X:1-3", Filing), (uint)Start.AddDays(2).ToUnixTimeSeconds());
        }

        return text;
    }

    // With the third score three groups of features change: activity, legal and hiring.
    private float[] Features(int version)
    {
        var random = new Random(_seed);
        float[] features = [.. Enumerable.Range(0, FusedPackage.Catalogue.Count).Select(_ => random.NextSingle() * 12)];
        for (var i = 0; version == 3 && i < 7; i++)
        {
            features[i] = random.NextSingle() * 12;
        }

        return features;
    }

    // The first features of which the third score is above the lowest band and the others are in it, and the filing has a part in it.
    private int FindSeed()
    {
        for (_seed = 0; _seed < 10_000; _seed++)
        {
            if (Risk(Features(1), TextOf(1)).Probability < 0.25 && Risk(Features(3), TextOf(3)) is { Probability: > 0.35 } after
                && after.LogOdds - Risk(Features(3), TextOf(1)).LogOdds > 0.1)
            {
                return _seed;
            }
        }

        throw new InvalidOperationException("the test model knows no such shift");
    }

    private Risk Risk(float[] features, CompanyText text)
    {
        var (matrix, inputs) = (new FeatureMatrix(1, features.Length), new TextInputs(_package.TextEncoder!.Width));
        features.CopyTo(matrix.Row(0));
        inputs.Set(0, _package.TextEncoder.Encode([text])[0]);
        using var runner = _package.Session.NewRunner();
        return new RiskScale(_package.Manifest).Of(runner.Run(matrix, 0, 1, inputs)[0]);
    }
}
