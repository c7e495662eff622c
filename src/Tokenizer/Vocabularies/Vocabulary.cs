using System.Security.Cryptography;

namespace Jianwei.Tokenizer.Vocabularies;

/// <summary>What the tokenizer knows: pieces with their costs, by id. Immutable, checked when made.</summary>
public sealed class Vocabulary
{
    /// <summary>Most entries.</summary>
    public const int MostEntries = 16_384;

    /// <exception cref="InvalidDataException">It breaks a rule; the message says which entry and what is allowed.</exception>
    public Vocabulary(IReadOnlyList<VocabularyEntry> entries, int unknownCost, string? parent = null)
    {
        VocabularyRules.Check(entries, unknownCost, parent);
        (Entries, UnknownCost, Parent) = (entries, unknownCost, parent);
        Hash = Convert.ToHexStringLower(SHA256.HashData(VocabularyFile.Write(this)))[..16];
    }

    /// <summary>By id.</summary>
    public IReadOnlyList<VocabularyEntry> Entries { get; }

    /// <summary>Cost of a character that no piece holds; see <see cref="VocabularyEntry.Cost"/>.</summary>
    public int UnknownCost { get; }

    /// <summary>Hash of the vocabulary that a patch was added to; null for a learned one.</summary>
    public string? Parent { get; }

    /// <summary>First 16 hexadecimal digits of the SHA-256 over the canonical file, whatever the white space of the file read.</summary>
    public string Hash { get; }

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not a vocabulary.</exception>
    public static Vocabulary Load(string path) => VocabularyFile.Load(path);

    /// <summary>Writes the canonical file beside its place and moves it there.</summary>
    public void Save(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var draft = Path.Combine(folder, $".{Path.GetFileName(path)}.{Environment.ProcessId}.tmp");
        try
        {
            File.WriteAllBytes(draft, VocabularyFile.Write(this));
            File.Move(draft, path, overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }
    }
}
