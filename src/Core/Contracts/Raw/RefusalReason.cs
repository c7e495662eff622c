using System.Collections.Frozen;
using System.Text.Json;

namespace Jianwei.Core.Contracts.Raw;

/// <summary>Why a raw message is refused: the dead letter's reason and the metric's label. In order of precedence.</summary>
public enum RefusalReason
{
    /// <summary>More bytes than <c>Ingest:MessageSizeLimit</c>.</summary>
    TooLarge,

    /// <summary>The bytes, or a <c>\u</c> escape, are not Unicode text.</summary>
    InvalidUtf8,

    /// <summary>Not one JSON object.</summary>
    NotJson,

    /// <summary>A schema version that this program does not read.</summary>
    UnsupportedVersion,

    /// <summary>A required field is not there.</summary>
    MissingField,

    /// <summary>A field that the topic's schema does not have.</summary>
    UnknownField,

    /// <summary>A field that is there twice.</summary>
    DuplicateField,

    /// <summary>A value of a wrong type or outside what is allowed.</summary>
    InvalidField,

    /// <summary>A company scheme that is neither registered nor source-local.</summary>
    UnknownScheme,

    /// <summary>A company id that its scheme does not have: shape or check digit.</summary>
    BadIdentifier,

    /// <summary>A time that does not exist, is absurd, or lies after it was observed.</summary>
    BadTime,
}

/// <summary>Wire names of <see cref="RefusalReason"/>, e.g. <c>bad_identifier</c>.</summary>
public static class RefusalReasons
{
    private static readonly FrozenDictionary<RefusalReason, string> Names = Enum.GetValues<RefusalReason>()
        .ToFrozenDictionary(reason => reason, reason => JsonNamingPolicy.SnakeCaseLower.ConvertName(reason.ToString()));

    public static IReadOnlyList<string> All { get; } = [.. Names.Values];

    public static string Name(RefusalReason reason) => Names[reason];
}
