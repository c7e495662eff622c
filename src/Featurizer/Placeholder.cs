namespace Jianwei.Featurizer;

/// <summary>Stands in until the first real type of this project lands; then delete it.</summary>
internal static class Placeholder;
