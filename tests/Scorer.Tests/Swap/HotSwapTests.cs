using Jianwei.Core.Contracts;
using Jianwei.Scorer.Fixtures;

namespace Jianwei.Scorer.Swap;

public sealed class HotSwapTests : IDisposable
{
    private static readonly ShadowOptions Short = new() { Rows = 50, TimeLimit = TimeSpan.FromSeconds(30) };

    private Stage _stage = new(shadow: Short);

    public void Dispose() => _stage.Dispose();

    [Fact]
    public async Task NewVersion_ServesAfterItsShadow()
    {
        Promote("2");

        await ScoreAsync(30);
        await ScoreAsync(30);
        await ScoreAsync(1);

        Assert.Equal([.. Enumerable.Repeat("tiny/1", 60), "tiny/2"], _stage.Scores.Select(s => s.Model));
        Assert.Matches(
            "^model tiny/2 serves now instead of tiny/1: over 50 rows log-odds differed by 0\\.[0-9]{4} on average and [0-9.]+ at most$",
            _stage.Log.Lines[^1]);
    }

    [Fact]
    public void NewVersion_ServesWithoutTrafficWhenItsTimeIsOver()
    {
        Promote("2");
        _stage.Time.Advance(TimeSpan.FromSeconds(29));
        _stage.Watcher.Look();
        Assert.Equal("tiny/1", _stage.Slot.ServingId);

        _stage.Time.Advance(TimeSpan.FromSeconds(1));
        _stage.Watcher.Look();

        Assert.Equal("tiny/2", _stage.Slot.ServingId);
    }

    [Fact]
    public async Task BrokenVersion_IsRefusedOnceAndTheOldOneServes()
    {
        File.AppendAllText(Path.Combine(_stage.Models.Of("2"), "head.onnx"), "x");
        _stage.Models.Point("2");

        _stage.Watcher.Look();
        _stage.Watcher.Look();
        _stage.Time.Advance(TimeSpan.FromMinutes(1));
        _stage.Watcher.Look();
        await ScoreAsync(100);

        Assert.All(_stage.Scores, score => Assert.Equal("tiny/1", score.Model));
        var line = Assert.Single(_stage.Log.Lines);
        Assert.Matches("^model tiny/2 is refused: .*/head.onnx: expected SHA-256 .*; tiny/1 keeps serving$", line);
    }

    [Fact]
    public async Task VersionThatTurnsNaN_IsRefusedInShadow()
    {
        Promote("3");

        await _stage.HandleAsync(Requests.Of("A", 1), Requests.Of("B", 2, [-1, .. Requests.Features(2)[1..]]));
        await ScoreAsync(100);
        _stage.Watcher.Look();

        Assert.All(_stage.Scores, score => Assert.Equal("tiny/1", score.Model));
        Assert.Equal(
            "model tiny/3 is refused in shadow: expected finite logits, found NaN on row 1; tiny/1 keeps serving",
            _stage.Log.Lines[^1]);
    }

    [Fact]
    public async Task VersionTakenBack_NeverServes()
    {
        Promote("2");
        await ScoreAsync(10);
        Promote("1");
        await ScoreAsync(100);
        _stage.Time.Advance(TimeSpan.FromMinutes(1));
        _stage.Watcher.Look();

        Assert.Equal("tiny/1", _stage.Slot.ServingId);
        Assert.All(_stage.Scores, score => Assert.Equal("tiny/1", score.Model));
    }

    [Fact]
    public async Task MissingCurrent_ChangesNothing()
    {
        File.Delete(Path.Combine(_stage.Models.Root, "tiny", "CURRENT"));

        _stage.Watcher.Look();
        _stage.Watcher.Look();
        await ScoreAsync(1);

        Assert.Equal("tiny/1", _stage.Scores[0].Model);
        Assert.Contains("CURRENT: expected the version that serves", Assert.Single(_stage.Log.Lines));
    }

    [Fact]
    public async Task Shadow_ComparesTheRowsOfEveryLane()
    {
        UseLanes(4);
        Promote("2");

        await ScoreAsync(49);
        await ScoreAsync(200);
        await ScoreAsync(200);

        Assert.Equal([.. Enumerable.Repeat("tiny/1", 249), .. Enumerable.Repeat("tiny/2", 200)], _stage.Scores.Select(s => s.Model));
        Assert.StartsWith("model tiny/2 serves now instead of tiny/1: over 50 rows", _stage.Log.Lines[^1]);
    }

    [Fact]
    public async Task Shadow_FindsNaNInAnyLane()
    {
        UseLanes(4, new ShadowOptions { Rows = 1_000 });
        Promote("3");

        await _stage.HandleAsync(Enumerable.Range(0, 200)
            .Select(i => Requests.Of($"C:{i}", i, i == 199 ? [-1, .. Requests.Features(i)[1..]] : [])));
        await ScoreAsync(200);

        Assert.All(_stage.Scores, score => Assert.Equal("tiny/1", score.Model));
        Assert.StartsWith("model tiny/3 is refused in shadow: expected finite logits, found NaN on row ", _stage.Log.Lines[^1]);
    }

    [Theory]
    [InlineData(1, 20)]
    [InlineData(4, 200)]
    public async Task SwapsUnderLoad_DropNoRequest(int lanes, int size)
    {
        UseLanes(lanes);
        var promoting = Task.Run(
            () =>
            {
                foreach (var version in (string[])["2", "1", "2", "1"])
                {
                    Promote(version);
                    SpinWait.SpinUntil(() => _stage.Slot.ServingId == $"tiny/{version}");
                }
            },
            TestContext.Current.CancellationToken);

        var batches = 0;
        for (; !promoting.IsCompleted; batches++)
        {
            await _stage.HandleAsync(Enumerable.Range(0, size).Select(i => Requests.Of($"C:{i}", (batches * size) + i)));
        }

        await promoting;
        var scores = _stage.Scores;
        Assert.Equal(Enumerable.Range(0, batches * size).Select(i => (long)i), scores.Select(s => s.StateVersion));
        Assert.Empty(_stage.DeadLetters);
        // A batch is one model's.
        Assert.All(scores.Chunk(size), chunk => Assert.Single(chunk.Select(s => s.Model).Distinct()));
        Assert.Equal(4, _stage.Log.Lines.Count(line => line.Contains("serves now instead of", StringComparison.Ordinal)));
    }

    private void UseLanes(int lanes, ShadowOptions? shadow = null)
    {
        _stage.Dispose();
        _stage = new Stage(shadow: shadow ?? Short, lanes: lanes);
    }

    private void Promote(string version)
    {
        _stage.Models.Store.Promote(new Packages.ModelId("tiny", version), null);
        _stage.Watcher.Look();
    }

    private Task ScoreAsync(int rows) => _stage.HandleAsync(Enumerable.Range(0, rows).Select(i => Requests.Of($"C:{i}", i)));
}
