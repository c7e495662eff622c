using Jianwei.Core.Contracts;
using Jianwei.Tokenizer.Documents;

namespace Jianwei.Featurizer.Export;

/// <summary>What a training export is of.</summary>
/// <param name="Folder">Where it is written; an export that is there is replaced.</param>
/// <param name="Target">Pattern of the event types that make a row positive, e.g. <c>outcome.closure</c>.</param>
/// <param name="HorizonDays">A row is positive when such an event is observed within so many days after its as-of.</param>
/// <param name="At">When a row is written.</param>
/// <param name="Source">Where the events came from, for the reader of the manifest.</param>
/// <param name="Texts">How texts become tokens; null leaves documents out.</param>
public sealed record ExportSettings(
    string Folder, string Target, int HorizonDays, ExportAt At, string Source, DocumentEncoder? Texts = null)
{
    public const int LongestHorizon = 3_650;

    /// <summary>Rows after which an export saves what it has, for the run that goes on where it is interrupted.</summary>
    public long SaveEvery { get; init; } = 50_000;

    /// <summary>The event types of <see cref="Target"/>.</summary>
    /// <exception cref="FormatException">The target or the horizon is not allowed; the message says what is.</exception>
    public IReadOnlySet<EventType> TargetTypes()
    {
        if (HorizonDays is < 1 or > LongestHorizon)
        {
            throw new FormatException($"horizon {HorizonDays}: allowed are 1 to {LongestHorizon} days");
        }

        return EventTypes.Matching(Target).ToHashSet();
    }
}
