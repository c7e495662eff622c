using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Jianwei.Scorer.Fixtures;
using Jianwei.Scorer.Inference;
using Jianwei.Tokenizer.Documents;

namespace Jianwei.Scorer.Packages;

public sealed class ModelPackageTests : IDisposable
{
    private readonly ModelFolder _models = new();

    public void Dispose() => _models.Dispose();

    [Fact]
    public void Load_TakesAWholePackage()
    {
        using var package = Load();

        Assert.Equal("tiny/1", package.Manifest.Id);
    }

    [Fact]
    public void Load_RefusesAFolderThatIsMissing() =>
        Assert.Equal($"{_models.Of("9")}: expected a folder with a model package, found none", Refusal("9"));

    [Fact]
    public void Load_RefusesAGraphThatDoesNotTakeTheLongestDocument()
    {
        FusedPackage.Write(_models.Root, "3");

        var folder = Path.Combine(_models.Root, "fused", "3");
        var refused = Assert.Throws<ModelRefusedException>(() => ModelPackage.Load(folder, null, InferenceDevice.Cpu()));
        Assert.StartsWith(
            $"{folder}/text_encoder.onnx: expected a graph that takes documents of up to {DocumentEncoder.MaxTokens} tokens, found: ",
            refused.Message);
    }

    [Fact]
    public void Load_RefusesAGoldenDocumentWithATagThatIsNoByte()
    {
        FusedPackage.Write(_models.Root, "1");
        var folder = Path.Combine(_models.Root, "fused", "1");
        var golden = JsonNode.Parse(File.ReadAllText($"{folder}/golden.json"))!;
        golden["documents"]!.AsArray().First(d => d is not null)!["tags"]![0] = 256;
        File.WriteAllText($"{folder}/golden.json", golden.ToJsonString());
        var manifest = JsonNode.Parse(File.ReadAllText($"{folder}/manifest.json"))!;
        manifest["files"]!["golden.json"] = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes($"{folder}/golden.json")));
        File.WriteAllText($"{folder}/manifest.json", manifest.ToJsonString());

        var refused = Assert.Throws<ModelRefusedException>(() => ModelPackage.Load(folder, null, InferenceDevice.Cpu()));

        Assert.StartsWith($"{folder}/golden.json: expected for each of ", refused.Message);
    }

    [Fact]
    public void Load_RefusesAManifestThatIsNone()
    {
        File.WriteAllText(Path.Combine(_models.Of("1"), "manifest.json"), "{\"name\":");

        Assert.StartsWith($"{_models.Of("1")}/manifest.json: expected a model manifest, found: ", Refusal());
    }

    [Theory]
    [InlineData("bands")]
    [InlineData("graph")]
    [InlineData("files")]
    [InlineData("name")]
    public void Load_RefusesAManifestWithANull(string field)
    {
        _models.EditManifest("1", m => m[field] = null);

        Assert.EndsWith($"manifest.json: {field}: expected a value, found nothing", Refusal());
    }

    [Fact]
    public void Load_RefusesAMissingFile()
    {
        File.Delete(Path.Combine(_models.Of("1"), "head.onnx"));

        Assert.Equal($"{_models.Of("1")}/head.onnx: expected a file of the package, found none", Refusal());
    }

    [Fact]
    public void Load_RefusesAChangedFile()
    {
        File.AppendAllText(Path.Combine(_models.Of("1"), "golden.json"), " ");

        Assert.Matches("/golden.json: expected SHA-256 [0-9a-f]{64} \\(manifest\\), found [0-9a-f]{64}$", Refusal());
    }

    [Fact]
    public void Load_RefusesAFileOutsideThePackage()
    {
        _models.EditManifest("1", m => m["files"]!["../../secret"] = new string('0', 64));

        Assert.EndsWith("manifest.json: expected names of files beside it, found '../../secret'", Refusal());
    }

    [Fact]
    public void Load_RefusesAnotherCatalogue()
    {
        _models.EditManifest("1", m => m["catalogue"] = "ffffffffffffffff");

        Assert.EndsWith(
            "manifest.json: catalogue: expected 00112233445566ff (the running feature catalogue), found ffffffffffffffff",
            Refusal());
    }

    [Fact]
    public void Load_RefusesAnotherFeatureCount()
    {
        _models.EditManifest("1", m => m["feature_count"] = 13);

        Assert.EndsWith("manifest.json: feature_count: expected 12 (the running feature catalogue), found 13", Refusal());
    }

    [Fact]
    public void Load_RefusesAGraphOfAnotherWidth()
    {
        _models.EditManifest("1", m => m["feature_count"] = 13);

        Assert.EndsWith("head.onnx: input 'features': expected shape (batch, 13), found (batch, 12)", Refusal(contract: null));
    }

    [Fact]
    public void Load_RefusesAnotherInputName()
    {
        _models.EditManifest("1", m => m["graph"]!["features"] = "x");

        Assert.EndsWith("head.onnx: inputs: expected 'x' alone (manifest), found 'features'", Refusal());
    }

    [Fact]
    public void Load_RefusesAnotherOutputName()
    {
        _models.EditManifest("1", m => m["graph"]!["output"] = "p");

        Assert.EndsWith("head.onnx: outputs: expected 'p' (manifest), found 'logit'", Refusal());
    }

    [Fact]
    public void Load_RefusesATextVector()
    {
        _models.EditManifest("1", m => (m["graph"]!["text_vector"], m["graph"]!["text_width"]) = ("text", 256));

        Assert.EndsWith(
            "manifest.json: graph: expected no text vector (there is no text_encoder), found text_vector 'text' of width 256", Refusal());
    }

    [Fact]
    public void Load_RefusesAGraphThatIsNone()
    {
        _models.EditListed("1", "golden.json", _ => { });
        File.Copy(Path.Combine(_models.Of("1"), "golden.json"), Path.Combine(_models.Of("1"), "head.onnx"), overwrite: true);
        _models.EditManifest("1", m => m["files"]!["head.onnx"] = m["files"]!["golden.json"]!.GetValue<string>());

        Assert.Contains("head.onnx: expected an ONNX graph that cpu can run, found: ", Refusal());
    }

    [Fact]
    public void Load_RefusesOutputsThatDifferFromTraining()
    {
        _models.EditListed("1", "golden.json", g => g["logits"]![2] = 7.5);

        Assert.Matches("golden.json: row 2 in one batch: expected logit 7.5 within 0.0001, found -?[0-9.]+$", Refusal());
    }

    [Fact]
    public void Load_RefusesGoldenRowsOfAnotherWidth()
    {
        _models.EditListed("1", "golden.json", g => g["inputs"]![1]!.AsArray().RemoveAt(0));

        Assert.EndsWith("golden.json: row 1: expected 12 features (manifest), found 11", Refusal());
    }

    [Fact]
    public void Load_RefusesAPackageInAnotherFolder()
    {
        _models.EditManifest("1", m => m["version"] = "2");

        Assert.EndsWith("manifest.json: name and version: expected tiny/1 (its folder), found tiny/2", Refusal());
    }

    [Theory]
    [InlineData("{\"name\":\"watch\",\"fire\":0.3,\"recover\":0.4}", "recover of 'watch': expected above 0 and at most 0.3, found 0.4")]
    [InlineData("{\"name\":\"watch\",\"fire\":1.2,\"recover\":0.4}",
        "fire of 'watch': expected a probability above 0 and below 1, found 1.2")]
    [InlineData("{\"name\":\"watch\"}", "fire of 'watch': expected a probability above 0 and below 1, found nothing")]
    public void Load_RefusesBandsThatContradictThemselves(string band, string sentence)
    {
        _models.EditManifest("1", m => m["bands"]![1] = JsonNode.Parse(band));

        Assert.EndsWith(sentence, Refusal());
    }

    private ModelPackage Load(string version = "1") =>
        ModelPackage.Load(_models.Of(version), ModelFolder.Catalogue, ModelFolder.FeatureCount);

    private string Refusal(string version = "1") => Refusal(ModelFolder.Contract, version);

    private string Refusal(FeatureContract? contract, string version = "1") =>
        Assert.Throws<ModelRefusedException>(
            () => ModelPackage.Load(_models.Of(version), contract, Inference.InferenceDevice.Cpu())).Message;
}
