using Jianwei.Core.Contracts;
using Jianwei.Core.Reasons;
using Jianwei.Core.Text;
using Jianwei.Scorer.Fixtures;
using Jianwei.Scorer.Inference;
using Jianwei.Scorer.Texts;
using Jianwei.Servers;
using StackExchange.Redis;

namespace Jianwei.Scorer.Reasons;

/// <summary>Shifts between scores that the stage has made, explained with what it left in Redis.</summary>
public sealed class ShiftExplainerTests : IAsyncLifetime
{
    // Requests.Record puts all of them into this partition.
    private const int Partition = 3;

    private readonly string _prefix = $"t{Guid.NewGuid():N}";
    private string _redis = "";
    private FusedStage _stage = null!;
    private ShiftExplainer _explainer = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = (await RedisServer.SharedAsync()).Configuration;
        _stage = new(_redis, _prefix);
        _stage.Models.EditManifest("1", manifest => manifest["catalogue"] = FusedPackage.Catalogue.Hash);
        _explainer = new(_stage.Models.Store, new TextStore(_stage.Redis));
    }

    public ValueTask DisposeAsync()
    {
        _explainer.Dispose();
        _stage.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Parts_SumUpToTheShiftThatTheStageScored()
    {
        var (question, _) = await ScoreAsync("a", Text("trade"), Text("trade", "judgment against it. enforcement follows. more"));

        var parts = await ExplainAsync(question);

        Assert.Null(parts.Note);
        Assert.InRange(parts.Residual, -1e-4, 1e-4);
        Assert.Equal(question.After.LogOdds - question.Before.LogOdds, parts.Parts.Sum(p => p.Value) + parts.Residual, 1e-9);
        Assert.Equal(
            ["activity", "legal", "hiring", "people", "capital", "distress", "growth"],
            parts.Parts.Select(p => p.Group).OfType<string>());
        var text = Assert.Single(parts.Parts, p => p.Group is null);
        Assert.Equal((TextChangeKind.New, TextSegment.Filing, "f1"), (text.Text!.Change, text.Text.Segment, text.Text.Key));
        Assert.NotEqual(0, text.Value);
    }

    [Fact]
    public async Task Sentence_IsTheOneWithoutWhichTheTextIsLeast()
    {
        // Of one text alone, the text's value without a sentence is that of the sentences left.
        string[] sentences = ["judgment against it.", "zzzz zz zz zz.", "more."];
        var (question, _) = await ScoreAsync("a", Text("trade"), Text("trade", string.Join(' ', sentences)), features: false);
        var part = Assert.Single((await ExplainAsync(question)).Parts);

        var left = new List<double>();
        foreach (var sentence in sentences)
        {
            var (rest, _) = await ScoreAsync(
                "a", Text("trade"), Text("trade", string.Join(' ', sentences.Where(s => s != sentence))), features: false);
            left.Add((await ExplainAsync(rest)).Parts.Single().Value * Math.Sign(part.Value));
        }

        Assert.Equal(sentences[left.IndexOf(left.Min())], part.Text!.Sentence);
    }

    [Fact]
    public async Task Sentence_IsOneThatTheModelReads()
    {
        // The document has room for 64 letters of it.
        var filing = string.Join(' ', Enumerable.Repeat("abc def.", 10).Select((s, i) => s.Replace('a', (char)('g' + i)))) + " never read.";
        var (question, _) = await ScoreAsync("a", Text("trade"), Text("trade", filing), features: false);

        Assert.NotEqual("never read.", Assert.Single((await ExplainAsync(question)).Parts).Text!.Sentence);
        using var package = _stage.Models.Load("1", null);
        Assert.InRange(package.TextEncoder!.ReadLength(filing), 64, filing.Length - 12);
    }

    [Fact]
    public async Task Answer_DoesNotDependOnWhatElseIsAsked()
    {
        var (one, _) = await ScoreAsync("a", Text("trade"), Text("trade", "judgment. enforcement."));
        var (two, _) = await ScoreAsync("b", Text("hotel", "opened."), Text("school"));

        var together = await _explainer.ExplainAsync([two, one, two], TestContext.Current.CancellationToken);
        using var fresh = new ShiftExplainer(_stage.Models.Store, new TextStore(_stage.Redis));
        var alone = await fresh.ExplainAsync([one], TestContext.Current.CancellationToken);

        Assert.Equal(alone[0].Parts, together[1].Parts);
        Assert.Equal(together[0].Parts, together[2].Parts);
        Assert.Contains(together[0].Parts, p => p.Text is { Change: TextChangeKind.Gone });
    }

    [Fact]
    public async Task GroupsThatDidNotChange_AreNoParts()
    {
        var (question, _) = await ScoreAsync("a", Text("trade"), Text("trade"));
        var features = question.After.Features;
        question.Before.Features.AsSpan(0, 20).CopyTo(features); // activity and legal

        Assert.Equal(["hiring", "people", "capital", "distress", "growth"], (await ExplainAsync(question)).Parts.Select(p => p.Group));
    }

    [Fact]
    public async Task TextBefore_ThatIsGone_IsToldOfAsAWhole()
    {
        var (question, texts) = await ScoreAsync("a", Text("trade"), Text("trade", "judgment. enforcement."));
        await ForgetAsync(texts.Before.Hash);

        var parts = await ExplainAsync(question);

        Assert.StartsWith("the texts of the score before are not known any more", parts.Note, StringComparison.Ordinal);
        Assert.Equal(TextChangeKind.All, Assert.Single(parts.Parts, p => p.Group is null).Text!.Change);
        Assert.Equal(question.After.LogOdds - question.Before.LogOdds, parts.Parts.Sum(p => p.Value), 1e-9);

        var kept = await ExplainAsync(question with { Before = question.Before with { Text = texts.Before.Encode() } });
        Assert.Equal((null, TextChangeKind.New), (kept.Note, Assert.Single(kept.Parts, p => p.Group is null).Text!.Change));
    }

    [Fact]
    public async Task BothTexts_ThatAreGone_LeaveTheFeatures()
    {
        var (question, texts) = await ScoreAsync("a", Text("trade"), Text("trade", "judgment."));
        await ForgetAsync(texts.Before.Hash, texts.After.Hash);

        var parts = await ExplainAsync(question);

        Assert.StartsWith("the texts of both scores are not known any more", parts.Note, StringComparison.Ordinal);
        Assert.All(parts.Parts, p => Assert.NotNull(p.Group));
        Assert.Equal(question.After.LogOdds - question.Before.LogOdds, parts.Parts.Sum(p => p.Value) + parts.Residual, 1e-9);
    }

    [Fact]
    public async Task Texts_AreFoundAsTheCompaniesNewestWhereTheyStillHaveTheHash()
    {
        var text = Text("trade");
        await _stage.Redis.Database.StringSetAsync(new Core.Redis.TextKeys(_prefix).Text(Partition, "n"), text.Encode());

        var found = await _explainer.TextsAsync(
            [new(Partition, "n", $"{text.Hash:x16}"), new(Partition, "n", "0123456789abcdef"), new(Partition, "other", $"{text.Hash:x16}")],
            TestContext.Current.CancellationToken);

        Assert.Equal([text.Encode(), null, null], found);
    }

    [Fact]
    public async Task ModelThatIsNotThere_IsSaid()
    {
        var (question, _) = await ScoreAsync("a", Text("trade"), Text("trade", "judgment."));

        var parts = await ExplainAsync(question with { Model = "fused/7" });

        Assert.Empty(parts.Parts);
        Assert.StartsWith("model fused/7 cannot be asked for reasons here: ", parts.Note, StringComparison.Ordinal);
        Assert.Contains("expected a folder with a model package, found none", parts.Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TabularModel_HasGroupsAlone()
    {
        using var models = new ModelFolder();
        models.EditManifest("1", manifest => manifest["catalogue"] = FusedPackage.Catalogue.Hash);
        using var explainer = new ShiftExplainer(models.Store, new TextStore(_stage.Redis));
        using var package = models.Store.Load(new("tiny", "1"), null, InferenceDevice.Cpu());
        var (before, after) = (Requests.Features(1), Requests.Features(2));
        var question = new ShiftQuestion(
            "a", Partition, 2, "tiny/1", FusedPackage.Catalogue,
            new(Requests.Bytes(before), LogOdds(before), null), new(Requests.Bytes(after), LogOdds(after), "0123456789abcdef"));

        var parts = (await explainer.ExplainAsync([question], TestContext.Current.CancellationToken))[0];

        Assert.Null(parts.Note);
        Assert.Equal(7, parts.Parts.Count);
        Assert.Equal(question.After.LogOdds - question.Before.LogOdds, parts.Parts.Sum(p => p.Value), 1e-4);

        double LogOdds(float[] features)
        {
            var matrix = new FeatureMatrix(1, features.Length);
            features.CopyTo(matrix.Row(0));
            using var runner = package.Session.NewRunner();
            return package.Manifest.Calibration.LogOdds(runner.Run(matrix, 0, 1)[0]);
        }
    }

    [Fact]
    public async Task TextThatWasNotScored_ShowsAsAResidual()
    {
        var (question, texts) = await ScoreAsync("a", Text("trade"), Text("trade", "judgment."));
        var other = Text("quite another", "story.");

        var parts = await ExplainAsync(
            question with { After = question.After with { TextHash = $"{other.Hash:x16}", Text = other.Encode() } });

        Assert.Matches("^[+-][0-9.]+ of the shift is not explained", parts.Note);
        Assert.NotEqual(texts.After.Hash, other.Hash);
    }

    private async Task<ShiftParts> ExplainAsync(ShiftQuestion question) =>
        (await _explainer.ExplainAsync([question], TestContext.Current.CancellationToken))[0];

    private async Task<(ShiftQuestion Question, (CompanyText Before, CompanyText After) Texts)> ScoreAsync(
        string company, CompanyText before, CompanyText after, bool features = true)
    {
        ScoreRequest Request(long version, CompanyText text) =>
            Requests.Of(company, version, Requests.Features(features ? (int)version : 1)) with
            {
                TextHash = $"{text.Hash:x16}", Text = text.Encode(),
            };
        var scores = await _stage.ScoreAsync(Request(1, before), Request(2, after));
        return (
            new(
                company, Partition, 2, FusedPackage.Id, FusedPackage.Catalogue,
                new(scores[0].Features, scores[0].LogOdds, scores[0].TextHash),
                new(scores[1].Features, scores[1].LogOdds, scores[1].TextHash)),
            (before, after));
    }

    private static CompanyText Text(string profile, string? filing = null)
    {
        var text = new CompanyText();
        text.Apply(new(TextSegment.Profile, "scope", profile), 1);
        text.Apply(new(TextSegment.Filing, "f1", filing), 2);
        return text;
    }

    private async Task ForgetAsync(params ulong[] hashes)
    {
        using var connection = await ConnectionMultiplexer.ConnectAsync(_redis);
        foreach (var hash in hashes)
        {
            Assert.True(await connection.GetDatabase().KeyDeleteAsync(new Core.Redis.TextKeys(_prefix).Packed(Partition, hash)));
        }
    }
}
