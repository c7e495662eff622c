using Jianwei.Core.Text;
using Jianwei.Tokenizer.Documents;

namespace Jianwei.Featurizer.Export;

/// <summary>The documents of an export: every text that some row has, once.</summary>
/// <remarks>Memory grows with the number of different documents, by their hashes, and not with their tokens.</remarks>
internal sealed class DocumentArrays : IDisposable
{
    private const string StartName = "doc_start.npy";
    private const string IdsName = "token_id.npy";
    private const string TagsName = "token_tag.npy";

    private readonly DocumentEncoder encoder;
    private readonly NpyFile<int> document;
    private readonly NpyFile<long> start;
    private readonly NpyFile<ushort> ids;
    private readonly NpyFile<byte> tags;
    private readonly Dictionary<ulong, int> numbers = [];
    private readonly int kept;

    /// <param name="folder">Where the files are made.</param>
    /// <param name="encoder">Makes tokens of texts.</param>
    /// <param name="saved">How much of them is there already.</param>
    public DocumentArrays(string folder, DocumentEncoder encoder, ExportJournal saved)
    {
        this.encoder = encoder;
        kept = saved.Documents;
        document = new(Path.Combine(folder, "document.npy"));
        start = new(Path.Combine(folder, StartName), kept: kept > 0 ? kept + 1 : 0);
        ids = new(Path.Combine(folder, IdsName), kept: saved.Tokens);
        tags = new(Path.Combine(folder, TagsName), kept: saved.Tokens);
        if (kept == 0)
        {
            start.Append([0]);
        }
    }

    /// <summary>The files that hold what <see cref="Save"/> has saved, and the bytes that they have at least.</summary>
    public static IEnumerable<(string Name, long Bytes)> Needed(ExportJournal saved) => saved.Documents == 0 ? []
        : [(StartName, (saved.Documents + 1L) * sizeof(long)), (IdsName, saved.Tokens * sizeof(ushort)), (TagsName, saved.Tokens)];

    public int Count => numbers.Count;

    public long Tokens => ids.Rows;

    /// <summary>Adds a row with this text; its hash is 0 where there is none.</summary>
    public void Append(CompanyText text, ulong hash) => document.Append([NumberOf(text, hash)]);

    public void Save()
    {
        start.Save();
        ids.Save();
        tags.Save();
    }

    public void Complete()
    {
        foreach (var file in (INpyFile[])[document, start, ids, tags])
        {
            file.Complete();
        }
    }

    public void Dispose()
    {
        foreach (var file in (IDisposable[])[document, start, ids, tags])
        {
            file.Dispose();
        }
    }

    private int NumberOf(CompanyText text, ulong hash)
    {
        if (hash == 0)
        {
            return -1;
        }

        if (!numbers.TryGetValue(hash, out var number))
        {
            numbers[hash] = number = numbers.Count;
            if (number < kept)
            {
                return number;
            }

            var tokens = encoder.Encode(text);
            ids.Append(tokens.Ids);
            tags.Append(tokens.Tags);
            start.Append([ids.Rows]);
        }

        return number;
    }
}
