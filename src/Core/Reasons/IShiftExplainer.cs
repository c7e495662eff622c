using Jianwei.Core.Features;

namespace Jianwei.Core.Reasons;

/// <summary>
/// Says through the model itself what moved a company's log-odds from one score to another. The Scorer's side has the models, the alerts
/// stage the shifts.
/// </summary>
public interface IShiftExplainer
{
    /// <summary>What moved each; in their order. The answer to a question does not depend on what else is asked.</summary>
    /// <exception cref="IOException">The texts cannot be reached.</exception>
    /// <exception cref="TimeoutException">It took too long to reach them.</exception>
    Task<IReadOnlyList<ShiftParts>> ExplainAsync(IReadOnlyList<ShiftQuestion> questions, CancellationToken cancellation);

    /// <summary>
    /// Companies' packed texts (<see cref="Text.CompanyText.Encode"/>) by their hash, to be kept for a later question; null where they
    /// are gone.
    /// </summary>
    /// <exception cref="IOException">The texts cannot be reached.</exception>
    /// <exception cref="TimeoutException">It took too long to reach them.</exception>
    Task<IReadOnlyList<byte[]?>> TextsAsync(IReadOnlyList<TextName> names, CancellationToken cancellation);
}

/// <summary>What names a company's texts.</summary>
/// <param name="Partition">Kafka partition of the company.</param>
/// <param name="Hash">16 hexadecimal digits.</param>
public readonly record struct TextName(int Partition, string CompanyId, string Hash);

/// <summary>A shift that is to be explained.</summary>
/// <param name="Partition">Kafka partition of the company.</param>
/// <param name="StateVersion">Of the score after; with the company it decides every random choice.</param>
/// <param name="Model"><c>name/version</c> of both scores.</param>
/// <param name="Catalogue">Of both feature vectors.</param>
public sealed record ShiftQuestion(
    string CompanyId, int Partition, long StateVersion, string Model, FeatureCatalogue Catalogue, ScoredState Before, ScoredState After);

/// <summary>What a score was made of, and what it was.</summary>
/// <param name="Features">float32, little-endian, in the catalogue's order.</param>
/// <param name="LogOdds">As the Scorer gave them.</param>
/// <param name="TextHash">Of the company's texts; empty where it had none, null where that is not known.</param>
/// <param name="Text">The packed texts, where somebody kept them.</param>
public sealed record ScoredState(byte[] Features, double LogOdds, string? TextHash, byte[]? Text = null);
