using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Jianwei.Scorer.Packages;

namespace Jianwei.Scorer.Fixtures;

/// <summary>A copy of the test models in a temporary folder, to be damaged at will.</summary>
public sealed class ModelFolder : IDisposable
{
    public const int FeatureCount = 12;
    public const string Catalogue = "00112233445566ff";

    public static readonly FeatureContract Contract = new(Catalogue, FeatureCount);

    public ModelFolder()
    {
        Root = Directory.CreateTempSubdirectory("jianwei-models-").FullName;
        var source = Path.Combine(AppContext.BaseDirectory, "Fixtures", "models");
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(Root, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    public string Root { get; }

    public ModelStore Store => new(Root);

    public string Of(string version) => Path.Combine(Root, "tiny", version);

    public void Point(string version) => File.WriteAllText(Path.Combine(Root, "tiny", "CURRENT"), version + "\n");

    /// <summary>Changes a manifest as a careless person would.</summary>
    public void EditManifest(string version, Action<JsonNode> edit) => Edit(version, "manifest.json", edit);

    /// <summary>Changes another JSON file and lists its new digest.</summary>
    public void EditListed(string version, string file, Action<JsonNode> edit)
    {
        Edit(version, file, edit);
        var digest = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(Of(version), file))));
        EditManifest(version, manifest => manifest["files"]![file] = digest);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private void Edit(string version, string file, Action<JsonNode> edit)
    {
        var path = Path.Combine(Of(version), file);
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        edit(json);
        File.WriteAllText(path, json.ToJsonString());
    }
}
