using Jianwei.Core.Models;

namespace Jianwei.Scorer.Packages;

/// <summary>What a manifest must say, before any of its files is looked at.</summary>
internal static class ManifestCheck
{
    /// <exception cref="ModelRefusedException">The manifest contradicts itself, its folder, or <paramref name="contract"/>.</exception>
    public static void Verify(ModelManifest manifest, string directory, FeatureContract? contract)
    {
        var file = $"{directory}/{PackageFiles.ManifestName}";
        VerifyWhole(manifest, file);
        VerifyPlace(manifest, directory, file);
        Require(manifest.SchemaVersion == 1, file, "schema_version", "1", manifest.SchemaVersion);
        Require(manifest.HorizonDays > 0, file, "horizon_days", "more than 0", manifest.HorizonDays);
        Require(manifest.FeatureCount > 0, file, "feature_count", "more than 0", manifest.FeatureCount);
        if (contract is not null)
        {
            Require(
                manifest.Catalogue == contract.Catalogue, file, "catalogue",
                $"{contract.Catalogue} (the running feature catalogue)", manifest.Catalogue);
            Require(
                manifest.FeatureCount == contract.FeatureCount, file, "feature_count",
                $"{contract.FeatureCount} (the running feature catalogue)", manifest.FeatureCount);
        }

        VerifyText(manifest, file);
        VerifyListed(manifest, manifest.Graph.File, "graph.file", file);
        VerifyListed(manifest, manifest.Golden, "golden", file);
        VerifyCalibration(manifest.Calibration, file);
        VerifyBands(manifest.Bands, file);
    }

    // JSON may say null where the record says there is none.
    private static void VerifyWhole(ModelManifest manifest, string file)
    {
        (string Field, object? Value)[] parts =
        [
            ("name", manifest.Name), ("version", manifest.Version), ("catalogue", manifest.Catalogue), ("graph", manifest.Graph),
            ("graph.file", manifest.Graph?.File), ("graph.features", manifest.Graph?.Features), ("graph.output", manifest.Graph?.Output),
            ("calibration", manifest.Calibration), ("bands", manifest.Bands), ("files", manifest.Files), ("golden", manifest.Golden),
        ];
        foreach (var (field, value) in parts)
        {
            Require(value is not null, file, field, "a value", value);
        }

        Require(manifest.Bands.All(band => band?.Name is not null), file, "bands", "a name for each", "none");
        Require(manifest.Files.Values.All(digest => digest is not null), file, "files", "a SHA-256 for each", "none");
    }

    private static void VerifyPlace(ModelManifest manifest, string directory, string file)
    {
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        var place = $"{Path.GetFileName(Path.GetDirectoryName(path))}/{Path.GetFileName(path)}";
        Require(manifest.Id == place, file, "name and version", $"{place} (its folder)", manifest.Id);
    }

    // A fused model has all that text needs, a tabular one has none of it.
    private static void VerifyText(ModelManifest manifest, string file)
    {
        var graph = manifest.Graph;
        if (manifest.TextEncoder is not { } encoder)
        {
            Require(
                graph is { TextVector: null, HasText: null, TextWidth: 0 }, file, "graph",
                "no text vector (there is no text_encoder)", $"text_vector '{graph.TextVector}' of width {graph.TextWidth}");
            return;
        }

        (string Field, object? Value)[] parts =
        [
            ("graph.text_vector", graph.TextVector), ("graph.has_text", graph.HasText), ("tokenizer", manifest.Tokenizer),
            ("text_encoder.file", encoder.File), ("text_encoder.ids", encoder.Ids), ("text_encoder.tags", encoder.Tags),
            ("text_encoder.output", encoder.Output), ("text_encoder.tokenizer", encoder.Tokenizer),
        ];
        foreach (var (field, value) in parts)
        {
            Require(value is not null, file, field, "a value", value);
        }

        Require(graph.TextWidth > 0, file, "graph.text_width", "more than 0", graph.TextWidth);
        VerifyListed(manifest, encoder.File, "text_encoder.file", file);
        VerifyListed(manifest, encoder.Tokenizer, "text_encoder.tokenizer", file);
    }

    private static void VerifyListed(ModelManifest manifest, string name, string field, string file) =>
        Require(
            manifest.Files.ContainsKey(name), file, field,
            $"one of its files ({string.Join(", ", manifest.Files.Keys.Order(StringComparer.Ordinal))})", name);

    private static void VerifyCalibration(Calibration calibration, string file)
    {
        Require(
            double.IsFinite(calibration.Scale) && calibration.Scale > 0, file, "calibration.scale",
            "a number above 0", calibration.Scale);
        Require(double.IsFinite(calibration.Offset), file, "calibration.offset", "a finite number", calibration.Offset);
    }

    private static void VerifyBands(IReadOnlyList<Band> bands, string file)
    {
        Require(bands.Count > 0, file, "bands", "at least one", "none");
        Require(bands[0] is { Fire: null, Recover: null }, file, "bands", "no thresholds on the lowest band", bands[0]);
        var below = 0.0;
        foreach (var band in bands.Skip(1))
        {
            Require(
                band.Fire > below && band.Fire < 1, file, $"bands, fire of '{band.Name}'",
                $"a probability above {below} and below 1", band.Fire);
            Require(
                band.Recover > 0 && band.Recover <= band.Fire, file, $"bands, recover of '{band.Name}'",
                $"above 0 and at most {band.Fire}", band.Recover);
            below = band.Fire!.Value;
        }

        Require(
            bands.DistinctBy(band => band.Name).Count() == bands.Count, file, "bands",
            "distinct names", string.Join(", ", bands.Select(b => b.Name)));
    }

    private static void Require(bool holds, string file, string field, string expected, object? found)
    {
        if (!holds)
        {
            throw new ModelRefusedException($"{file}: {field}: expected {expected}, found {found ?? "nothing"}");
        }
    }
}
