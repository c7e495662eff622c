using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jianwei.Featurizer.Export;

/// <summary>
/// <c>resume.json</c> in the folder of an export that is not complete: how much of its expensive files (features, tokens) is on the disk.
/// The log is read again by a run that goes on, so state, labels and sequences are made anew; only what is kept is not computed again.
/// </summary>
/// <param name="Of">Whatever decides the bytes of an export besides its log; another value makes what is there worthless.</param>
/// <param name="Rows">Rows of <c>features.npy</c>.</param>
/// <param name="Documents">Documents.</param>
/// <param name="Tokens">Tokens of all of them.</param>
/// <param name="Log">Digest of the events that had been read when the last of these rows was written.</param>
internal sealed record ExportJournal(string Of, long Rows, int Documents, long Tokens, ulong Log)
{
    public const string FileName = "resume.json";

    public static ExportJournal Nothing(string of) => new(of, 0, 0, 0, 0);

    /// <summary>What a folder keeps of an export; nothing where it has no journal or one of another export.</summary>
    public static ExportJournal Read(string folder, string of)
    {
        try
        {
            var found = JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(folder, FileName)), JournalContext.Default.ExportJournal);
            return found?.Of == of ? found : Nothing(of);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return Nothing(of);
        }
    }

    /// <summary>Written whole or not at all.</summary>
    public void Write(string folder)
    {
        var draft = Path.Combine(folder, FileName + ".new");
        File.WriteAllBytes(draft, JsonSerializer.SerializeToUtf8Bytes(this, JournalContext.Default.ExportJournal));
        File.Move(draft, Path.Combine(folder, FileName), overwrite: true);
    }
}

[JsonSerializable(typeof(ExportJournal))]
internal sealed partial class JournalContext : JsonSerializerContext;
