using System.ComponentModel.DataAnnotations;

namespace Jianwei.Featurizer;

/// <summary>Section <c>Featurizer</c>.</summary>
public sealed class FeaturizerOptions
{
    /// <summary>The feature catalogue's file.</summary>
    [Required]
    public string Catalogue { get; set; } = "schemas/features/catalogue.json";

    /// <summary>Companies of a partition whose decoded states are kept in memory between batches; 0 keeps none.</summary>
    [Range(0, 10_000_000)]
    public int StateCacheLimit { get; set; } = 20_000;
}
