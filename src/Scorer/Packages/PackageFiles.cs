using System.Security.Cryptography;
using System.Text.Json;
using Jianwei.Core.Models;

namespace Jianwei.Scorer.Packages;

/// <summary>The files of one package folder, each read once: the bytes whose digest was checked are the bytes that serve.</summary>
internal sealed class PackageFiles
{
    public const string ManifestName = "manifest.json";

    private readonly Dictionary<string, byte[]> _contents = new(StringComparer.Ordinal);

    private PackageFiles(string directory, ModelManifest manifest)
    {
        Directory = directory;
        Manifest = manifest;
    }

    public string Directory { get; }

    public ModelManifest Manifest { get; }

    public byte[] this[string name] => _contents[name];

    /// <summary>Reads every file that the manifest lists.</summary>
    /// <exception cref="ModelRefusedException">A file is missing, unreadable, or not the one that the manifest lists.</exception>
    public static PackageFiles Read(string directory, ModelManifest manifest)
    {
        var files = new PackageFiles(directory, manifest);
        foreach (var (name, digest) in files.Manifest.Files)
        {
            files._contents[name] = files.ReadVerified(name, digest);
        }

        return files;
    }

    /// <exception cref="ModelRefusedException">There is no manifest, or it is none.</exception>
    public static ModelManifest ReadManifest(string directory)
    {
        if (!System.IO.Directory.Exists(directory))
        {
            throw new ModelRefusedException($"{directory}: expected a folder with a model package, found none");
        }

        try
        {
            return ModelManifest.Parse(ReadBytes(directory, ManifestName));
        }
        catch (JsonException e)
        {
            throw new ModelRefusedException($"{directory}/{ManifestName}: expected a model manifest, found: {e.Message}", e);
        }
    }

    private byte[] ReadVerified(string name, string digest)
    {
        if (name != Path.GetFileName(name) || name.Length == 0)
        {
            throw new ModelRefusedException($"{Directory}/{ManifestName}: expected names of files beside it, found '{name}'");
        }

        var content = ReadBytes(Directory, name);
        var found = Convert.ToHexStringLower(SHA256.HashData(content));
        return found == digest
            ? content
            : throw new ModelRefusedException($"{Directory}/{name}: expected SHA-256 {digest} (manifest), found {found}");
    }

    private static byte[] ReadBytes(string directory, string name)
    {
        try
        {
            return File.ReadAllBytes(Path.Combine(directory, name));
        }
        catch (FileNotFoundException e)
        {
            throw new ModelRefusedException($"{directory}/{name}: expected a file of the package, found none", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelRefusedException($"{directory}/{name}: expected a readable file, found: {e.Message}", e);
        }
    }
}
