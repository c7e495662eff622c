using Jianwei.Core.Contracts;

namespace Jianwei.Core.Reasons;

/// <summary>A shift taken apart: the values of the parts and the residual sum up to the change of log-odds.</summary>
/// <param name="Note">What could not be told and why, in a sentence; null where nothing is amiss.</param>
/// <param name="Parts">In no order of importance; empty where the shift cannot be taken apart.</param>
/// <param name="Residual">What the model, asked again, does not account for: rounding, or a score of which not all is known any
/// more.</param>
public sealed record ShiftParts(string? Note, IReadOnlyList<ShiftPart> Parts, double Residual)
{
    public static ShiftParts None(string note) => new(note, [], 0);
}

/// <summary>One part: a group of features, or texts.</summary>
/// <param name="Value">Its Shapley value: log-odds, above 0 where it raised the risk.</param>
/// <param name="Group">Of the catalogue; null for texts.</param>
/// <param name="Text">Which texts; null for a group.</param>
public sealed record ShiftPart(double Value, string? Group, TextPart? Text);

/// <summary>The texts of a part.</summary>
/// <param name="Change">What became of them.</param>
/// <param name="Segment">Of a new text; null for several.</param>
/// <param name="Key">Of a new text within its segment.</param>
/// <param name="EventTime">When a new text's event happened, in whole seconds.</param>
/// <param name="Sentence">The sentence of a new text without which the log-odds would be furthest from where they are.</param>
public sealed record TextPart(
    TextChangeKind Change, TextSegment? Segment = null, string? Key = null, DateTimeOffset? EventTime = null, string? Sentence = null)
{
    /// <summary>Characters of a sentence that are shown.</summary>
    public const int SentenceLimit = 300;
}

/// <summary>What became of texts between two scores.</summary>
public enum TextChangeKind
{
    /// <summary>A text that is new, or has another content.</summary>
    New,

    /// <summary>The older texts that are no longer there.</summary>
    Gone,

    /// <summary>All texts as a whole: some of them are not known any more.</summary>
    All,
}
