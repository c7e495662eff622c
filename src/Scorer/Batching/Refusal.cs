namespace Jianwei.Scorer.Batching;

/// <summary>Why a request can never be scored.</summary>
/// <param name="Reason">Bounded code, one of the constants; also the metric's label.</param>
/// <param name="Detail">A sentence that names the field, what was expected and what was found.</param>
public sealed record Refusal(string Reason, string Detail)
{
    public const string TooLarge = "too_large";
    public const string NotJson = "not_json";
    public const string InvalidField = "invalid_field";
    public const string CatalogueMismatch = "catalogue_mismatch";
    public const string FeaturesNotFinite = "features_not_finite";
    public const string ScoreNotFinite = "score_not_finite";

    public static IReadOnlyList<string> Reasons { get; } =
        [TooLarge, NotJson, InvalidField, CatalogueMismatch, FeaturesNotFinite, ScoreNotFinite];
}
