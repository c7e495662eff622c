namespace Jianwei.Scorer.Packages;

/// <summary>The features that the running program computes: what a model must have been trained on to serve here.</summary>
/// <param name="Catalogue">Hash of the feature catalogue: 16 hexadecimal digits.</param>
/// <param name="FeatureCount">Values of a feature vector.</param>
public sealed record FeatureContract(string Catalogue, int FeatureCount);
