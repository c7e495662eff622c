namespace Jianwei.Tokenizer.Characters;

/// <summary>What a UTF-16 unit is to the tokenizer: which runs of text form a chunk.</summary>
internal enum CharacterClass : byte
{
    /// <summary>Punctuation and signs: a run of the same one is a chunk.</summary>
    Symbol,

    /// <summary>The space U+0020: belongs to the chunk after it where that is not Chinese.</summary>
    Space,

    /// <summary>Any other white space: each is a chunk.</summary>
    Blank,

    /// <summary>Chinese characters of the first plane: a run is a chunk, of several words.</summary>
    Han,

    /// <summary>Letters and marks of all other scripts: with digits they form words.</summary>
    Letter,

    /// <summary>0 to 9.</summary>
    Digit,

    /// <summary>Half of a surrogate pair: the pair is a chunk.</summary>
    Surrogate,
}
