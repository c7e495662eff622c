using Jianwei.Scorer.Fixtures;

namespace Jianwei.Scorer.Packages;

public sealed class ModelStoreTests : IDisposable
{
    private readonly ModelFolder _models = new();

    public void Dispose() => _models.Dispose();

    [Fact]
    public void List_ShowsEveryVersionAndWhichIsCurrent()
    {
        _models.Point("2");
        _models.EditManifest("3", m => m.AsObject().Remove("name"));

        var entries = _models.Store.List();

        Assert.Equal(["tiny/1", "tiny/2", "tiny/3"], entries.Select(e => e.Id));
        Assert.Equal([false, true, false], entries.Select(e => e.IsCurrent));
        Assert.Null(entries[0].Problem);
        Assert.Contains("'name'", entries[2].Problem);
    }

    [Fact]
    public void List_IsEmptyWhereThereIsNoFolder() => Assert.Empty(new ModelStore("/nowhere/models").List());

    [Theory]
    [InlineData("", "tiny/2")]
    [InlineData("tiny", "tiny/2")]
    [InlineData("tiny/1", "tiny/1")]
    public void Resolve_FollowsCurrentUnlessPinned(string selector, string expected)
    {
        _models.Point("2");

        Assert.Equal(expected, _models.Store.Resolve(selector).ToString());
    }

    [Fact]
    public void Resolve_SaysHowToChooseWhereNothingIsCurrent() =>
        Assert.Equal(
            $"{_models.Root}/tiny/CURRENT: expected the version that serves, found none; versions there: 1, 2, 3; choose one with 'jianwei model promote tiny/VERSION'",
            Assert.Throws<ModelRefusedException>(() => _models.Store.Resolve("")).Message);

    [Fact]
    public void Resolve_AsksForANameWhereThereAreSeveral()
    {
        Directory.CreateDirectory(Path.Combine(_models.Root, "other", "1"));

        Assert.Equal(
            "it does not say which model; there are other, tiny",
            Assert.Throws<ModelRefusedException>(() => _models.Store.Resolve("")).Message);
    }

    [Theory]
    [InlineData("nope", "there is no model 'nope'; there are tiny")]
    [InlineData("tiny/9", "there is no package 'tiny/9'; there are tiny/1, tiny/2, tiny/3")]
    public void Resolve_NamesThoseThatAreThere(string selector, string sentence) =>
        Assert.Equal(sentence, Assert.Throws<ModelRefusedException>(() => _models.Store.Resolve(selector)).Message);

    [Fact]
    public void Promote_MovesCurrent()
    {
        _models.Point("1");

        _models.Store.Promote(ModelId.Parse("tiny/2"), ModelFolder.Contract);

        Assert.Equal("2\n", File.ReadAllText(Path.Combine(_models.Root, "tiny", "CURRENT")));
        Assert.Equal(["CURRENT"], Directory.GetFiles(Path.Combine(_models.Root, "tiny")).Select(Path.GetFileName));
    }

    [Fact]
    public void Promote_LeavesCurrentWhereThePackageIsRefused()
    {
        _models.Point("1");
        File.AppendAllText(Path.Combine(_models.Of("2"), "head.onnx"), "x");

        var refusal = Assert.Throws<ModelRefusedException>(() => _models.Store.Promote(ModelId.Parse("tiny/2"), ModelFolder.Contract));

        Assert.Contains("head.onnx: expected SHA-256", refusal.Message);
        Assert.Equal("1\n", File.ReadAllText(Path.Combine(_models.Root, "tiny", "CURRENT")));
    }

    [Theory]
    [InlineData("tiny")]
    [InlineData("../tiny/1")]
    [InlineData("tiny/..")]
    [InlineData("/1")]
    public void ModelId_RefusesWhatIsNoNameAndVersion(string text) => Assert.Throws<ModelRefusedException>(() => ModelId.Parse(text));
}
