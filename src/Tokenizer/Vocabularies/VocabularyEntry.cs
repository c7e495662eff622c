using System.Text.Json.Serialization;

namespace Jianwei.Tokenizer.Vocabularies;

/// <summary>One id of a vocabulary.</summary>
/// <param name="Piece">Its text; a leading space is the space before a word. Of a special token or a byte, its name.</param>
/// <param name="Cost">−1000 · ln of its probability, rounded; 0 for special tokens and bytes.</param>
/// <param name="Part">
/// A Chinese character that is more often part of a word than a word: after another such character it starts no word.
/// </param>
/// <param name="From">Ids that spelled this piece before a patch added it; null for what was learned.</param>
public sealed record VocabularyEntry(string Piece, int Cost = 0, bool Part = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ushort>? From = null);
