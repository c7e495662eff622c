using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Jianwei.Core.Features;

/// <summary>
/// The feature catalogue (<c>schemas/features/catalogue.json</c>): the only place that names features, their order,
/// windows and defaults. Its <see cref="Hash"/> is in every manifest, score request and score.
/// </summary>
public sealed class FeatureCatalogue
{
    private FeatureCatalogue(IReadOnlyList<Feature> features)
    {
        Features = features;
        Hash = HashOf(features);
    }

    /// <summary>In the order of the vector.</summary>
    public IReadOnlyList<Feature> Features { get; }

    public int Count => Features.Count;

    /// <summary>16 hexadecimal digits: the start of the SHA-256 over every feature's full definition, in order.</summary>
    public string Hash { get; }

    /// <summary>Reads a catalogue file.</summary>
    /// <exception cref="CatalogueException">The file is missing or an entry is wrong; the message names file, entry
    /// and what is allowed.</exception>
    public static FeatureCatalogue Load(string path)
    {
        try
        {
            return Parse(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CatalogueException($"feature catalogue {path} (Featurizer:Catalogue): {e.Message}", e);
        }
        catch (CatalogueException e)
        {
            throw new CatalogueException($"feature catalogue {path} (Featurizer:Catalogue): {e.Message}", e);
        }
    }

    /// <exception cref="CatalogueException">The text is not a catalogue.</exception>
    public static FeatureCatalogue Parse(ReadOnlySpan<byte> json)
    {
        CatalogueFile file;
        try
        {
            file = JsonSerializer.Deserialize(json, CatalogueContext.Default.CatalogueFile) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new CatalogueException($"not a catalogue: {e.Message}", e);
        }

        if (file.SchemaVersion != CatalogueFile.Version)
        {
            throw new CatalogueException($"schema_version is {file.SchemaVersion}; allowed: {CatalogueFile.Version}");
        }

        // Of what is inside a list or a dictionary the reader does not know that it may not be null.
        if (file.Features.Contains(null!) || file.EventSets.Values.Any(types => types is null || types.Contains(null!)))
        {
            throw new CatalogueException("not a catalogue: an entry of features or a type of event_sets is null");
        }

        var features = file.Features.SelectMany(entry => CatalogueEntry.Expand(entry, file)).ToList();
        if (features.Count == 0)
        {
            throw new CatalogueException("it names no feature");
        }

        return features.GroupBy(f => f.Name).FirstOrDefault(g => g.Count() > 1) is { } twice
            ? throw new CatalogueException($"feature '{twice.Key}' is named {twice.Count()} times; names must differ")
            : new FeatureCatalogue(features);
    }

    private static string HashOf(IReadOnlyList<Feature> features)
    {
        var text = string.Join('\n', features.Select(f => f.Definition));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
    }
}

/// <summary>The catalogue cannot be used; the message says which entry and what is allowed.</summary>
public sealed class CatalogueException(string message, Exception? inner = null) : Exception(message, inner);
