using System.Text;
using Jianwei.Core.Contracts;
using Jianwei.Core.Redis;
using Jianwei.Core.Text;
using Jianwei.Scorer.Fixtures;
using Jianwei.Scorer.Inference;
using Jianwei.Scorer.Packages;
using Jianwei.Scorer.Swap;
using Jianwei.Servers;
using StackExchange.Redis;

namespace Jianwei.Scorer.Texts;

/// <summary>A model that reads texts: what it scores depends on the request's text and on nothing else that happens to be where.</summary>
public sealed class FusedScoringTests : IAsyncLifetime
{
    // Requests.Record puts all of them into this partition.
    private const int Partition = 3;

    private readonly string _prefix = $"t{Guid.NewGuid():N}";
    private string _redis = "";
    private FusedStage _stage = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = (await RedisServer.SharedAsync()).Configuration;
        _stage = new(_redis, _prefix);
    }

    public ValueTask DisposeAsync()
    {
        _stage.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Score_DependsOnTheText()
    {
        var scores = await _stage.ScoreAsync(Brings("a", 1, "court"), Brings("b", 1, "court"), Brings("c", 1, "tender"), Without("d", 1));

        Assert.Equal(scores[0].LogOdds, scores[1].LogOdds);
        Assert.Equal(3, scores.Select(s => s.LogOdds).Distinct().Count());
    }

    [Fact]
    public async Task Score_DoesNotRepeatTheText()
    {
        var request = Brings("a", 1, "court");

        await _stage.ScoreAsync(request);

        var message = Encoding.UTF8.GetString(Assert.Single(_stage.Sent).Value);
        Assert.DoesNotContain("\"text\":", message, StringComparison.Ordinal);
        Assert.Contains($"\"text_hash\":\"{request.TextHash}\"", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LaterRequest_IsScoredWithTheVectorOfTheTextThatWasBrought()
    {
        var first = await _stage.ScoreAsync(Brings("a", 1, "court"));
        var later = await _stage.ScoreAsync(Names("a", 1, "court"));

        Assert.Equal(first[0].LogOdds, later[0].LogOdds);
    }

    [Fact]
    public async Task AfterARestart_TheVectorComesFromRedisThoughTheTextHasMovedOn()
    {
        var before = await _stage.ScoreAsync(Brings("a", 1, "court"));
        await PutTextAsync("a", "something newer");

        using var again = new FusedStage(_redis, _prefix);
        var after = await again.ScoreAsync(Names("a", 1, "court"));

        Assert.Equal(before[0].LogOdds, after[0].LogOdds);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AfterARestart_CompaniesOfOtherPartitionsWithTheSameTextHaveItToo(bool together)
    {
        var (mine, theirs) = ((3, Brings("a", 1, "court")), (5, Brings("b", 1, "court")));
        double before;
        if (together)
        {
            before = (await _stage.ScoreInAsync(mine, theirs))[1].LogOdds;
        }
        else
        {
            await _stage.ScoreInAsync(mine);
            before = (await _stage.ScoreInAsync(theirs))[0].LogOdds;
        }

        using var again = new FusedStage(_redis, _prefix);
        var after = await again.ScoreInAsync((5, Names("b", 1, "court")));

        Assert.Equal(before, after[0].LogOdds);
    }

    [Fact]
    public async Task WithoutAVector_TheCompaniesTextInRedisIsEncoded()
    {
        await PutTextAsync("a", "court");
        var named = await _stage.ScoreAsync(Names("a", 1, "court"));

        using var other = new FusedStage(_redis, _prefix + "-other");
        Assert.Equal((await other.ScoreAsync(Brings("a", 1, "court")))[0].LogOdds, named[0].LogOdds);
    }

    [Fact]
    public async Task TextThatIsGone_IsScoredAsNone()
    {
        await PutTextAsync("a", "something newer");
        var scores = await _stage.ScoreAsync(Names("a", 1, "court"), Without("b", 1));

        Assert.Equal(scores[1].LogOdds, scores[0].LogOdds);
    }

    [Fact]
    public async Task BroughtTextThatIsNot_IsScoredAsNone()
    {
        var scores = await _stage.ScoreAsync(
            Names("a", 1, "court") with { Text = [1, 2, 3] },
            Names("b", 1, "tender") with { Text = Text("another").Encode() }, Without("c", 1));

        Assert.Equal([scores[2].LogOdds, scores[2].LogOdds], scores.Take(2).Select(s => s.LogOdds));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task ManyTexts_AreScoredAsEachAlone(int lanes)
    {
        ScoreRequest[] requests = [.. Enumerable.Range(0, 300)
            .Select(i => Brings($"{i}", 1, new string((char)('a' + (i % 26)), 1 + (i % 50))))];
        using var many = new FusedStage(_redis, _prefix + "-many", lanes: lanes);
        var together = await many.ScoreAsync(requests);

        foreach (var i in (int[])[0, 1, 49, 77, 299])
        {
            using var alone = new FusedStage(_redis, $"{_prefix}-{lanes}-{i}");
            Assert.Equal(
                (await alone.ScoreAsync(requests[i]))[0].LogOdds,
                together.Single(s => s.CompanyId == requests[i].CompanyId).LogOdds,
                1e-5);
        }
    }

    [Fact]
    public async Task RedisAway_IsAFailureToTryAgain()
    {
        await using var redis = await RedisServer.StartAsync();
        using var stage = new FusedStage(redis.Configuration, _prefix);
        await stage.ScoreAsync(Brings("a", 1, "court"));
        await redis.KillAsync();

        var failure = await Record.ExceptionAsync(() => stage.ScoreAsync(Brings("b", 1, "tender")));

        Assert.Equal(Core.Failures.FailureKind.Retryable, Core.Failures.Failure.Classify(failure!));
    }

    [Fact]
    public async Task FusedModel_TakesOverFromATabularOneAndFromAnother()
    {
        using var tabular = new ModelFolder();
        using var stage = new FusedStage(
            _redis, _prefix, first: tabular.Store.Load(new("tiny", "1"), ModelFolder.Contract, InferenceDevice.Cpu()),
            shadow: new() { Rows = 1 });
        foreach (var version in (string[])["1", "2"])
        {
            stage.Slot.Offer(stage.Models.Load(version));
            await stage.ScoreAsync(Brings("a", 1, "court"));
            var scores = await stage.ScoreAsync(Brings("a", 1, "court"), Brings("b", 1, "tender"));

            Assert.Equal([$"fused/{version}", $"fused/{version}"], scores.Select(s => s.Model));
            Assert.NotEqual(scores[0].LogOdds, scores[1].LogOdds);
        }
    }

    [Fact]
    public void Package_IsRefusedWhereItsTextHalfDoesNotFit()
    {
        using var models = new FusedModels();
        models.EditManifest("1", manifest => manifest["tokenizer"] = "0123456789abcdef");
        Assert.Matches("tokenizer.json: expected vocabulary 0123456789abcdef \\(manifest\\), found", Refused("1"));

        models.EditManifest("2", manifest => manifest["graph"]!["text_width"] = 5);
        Assert.Contains("input 'text_vector': expected shape (batch, 5), found (batch, 4)", Refused("2"), StringComparison.Ordinal);
        models.EditManifest("2", manifest => (manifest["graph"]!["text_width"], manifest["text_encoder"]!["tags"]) = (4, "tag"));
        Assert.Contains("inputs: expected 'ids', 'tag' alone (manifest), found 'ids', 'tags'", Refused("2"), StringComparison.Ordinal);
        models.EditManifest("2", manifest => manifest["text_encoder"] = null);
        Assert.Contains("graph: expected no text vector", Refused("2"), StringComparison.Ordinal);

        string Refused(string version) => Assert.Throws<ModelRefusedException>(() => models.Load(version)).Message;
    }

    private static CompanyText Text(string content)
    {
        var text = new CompanyText();
        text.Apply(new(TextSegment.Filing, "one", content), 1);
        return text;
    }

    private static ScoreRequest Without(string company, long version) => Requests.Of(company, version);

    private static ScoreRequest Names(string company, long version, string content) =>
        Without(company, version) with { TextHash = $"{Text(content).Hash:x16}" };

    private static ScoreRequest Brings(string company, long version, string content) =>
        Names(company, version, content) with { Text = Text(content).Encode() };

    private async Task PutTextAsync(string company, string content)
    {
        using var connection = await ConnectionMultiplexer.ConnectAsync(_redis);
        await connection.GetDatabase().StringSetAsync(new TextKeys(_prefix).Text(Partition, company), Text(content).Encode());
    }
}
