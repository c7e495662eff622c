using System.Collections.Concurrent;
using System.Text.Json;
using Jianwei.Alerts.Shifts;
using Jianwei.Core.Models;
using Microsoft.Extensions.Options;

namespace Jianwei.Alerts.Models;

/// <summary>What alerts need to know of each model that scores name; read from its manifest when it is first seen.</summary>
public sealed class BandScales(IOptions<ModelOptions> options)
{
    private readonly ConcurrentDictionary<string, Facts> known = new(StringComparer.Ordinal);

    /// <summary>Bands of a model.</summary>
    /// <param name="model"><c>name/version</c>, already checked to be one.</param>
    /// <exception cref="IOException">There is no such package, or its manifest cannot be used: retryable, it may be
    /// about to be copied.</exception>
    public BandScale Of(string model) => Known(model).Scale;

    /// <summary>Whether a model reads texts beside features.</summary>
    /// <param name="model"><c>name/version</c>, already checked to be one.</param>
    /// <exception cref="IOException">As of <see cref="Of"/>.</exception>
    public bool ReadsTexts(string model) => Known(model).ReadsTexts;

    /// <summary>
    /// Names of all bands that the packages in <c>Models:Directory</c> have, from the lowest rank; empty where there is no package to tell.
    /// What cannot be read is left out: it is said where scores need it.
    /// </summary>
    public IReadOnlyList<string> Names()
    {
        var root = Path.GetFullPath(options.Value.Directory);
        IEnumerable<string> models = !Directory.Exists(root) ? []
            : Directory.GetDirectories(root)
                .SelectMany(Directory.GetDirectories)
                .Select(d => Path.GetRelativePath(root, d).Replace('\\', '/'))
                .Order(StringComparer.Ordinal);
        return [.. models.SelectMany(Bands).GroupBy(b => b.Name, b => b.Rank, StringComparer.Ordinal)
            .OrderBy(g => g.Max()).Select(g => g.Key)];
    }

    /// <summary>What a model's probability is of, and within which time; null where its manifest cannot be read.</summary>
    /// <param name="model"><c>name/version</c>, already checked to be one.</param>
    public string? Predicts(string model)
    {
        try
        {
            return Known(model).Predicts;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private IEnumerable<(string Name, int Rank)> Bands(string model)
    {
        try
        {
            return Of(model).Names.Select((name, rank) => (name, rank));
        }
        catch (IOException)
        {
            return [];
        }
    }

    private Facts Known(string model) =>
        known.TryGetValue(model, out var found) ? found : known.GetOrAdd(model, Load);

    private Facts Load(string model)
    {
        var file = Path.GetFullPath(Path.Combine(options.Value.Directory, model, "manifest.json"));
        try
        {
            var manifest = ModelManifest.Parse(File.ReadAllBytes(file));
            return manifest.Id == model
                ? new(new(manifest.Bands), manifest.TextEncoder is not null, manifest.Predicts())
                : throw new IOException($"{file} is the manifest of {manifest.Id}, not of {model}, which scores were made with");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new IOException(
                $"scores were made with model {model}, but {file} does not exist; copy the package into Models:Directory ({options.Value.Directory})",
                e);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or UnauthorizedAccessException)
        {
            throw new IOException($"{file} cannot be used: {e.Message}", e);
        }
    }

    private sealed record Facts(BandScale Scale, bool ReadsTexts, string Predicts);
}
