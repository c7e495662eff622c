using Jianwei.Core.Text;
using Jianwei.Tokenizer.Documents;

namespace Jianwei.Featurizer.Export;

/// <summary>The documents of an export: every text that some row has, once.</summary>
/// <remarks>Memory grows with the number of different documents, by their hashes, and not with their tokens.</remarks>
internal sealed class DocumentArrays : IDisposable
{
    private readonly DocumentEncoder encoder;
    private readonly NpyFile<int> document;
    private readonly NpyFile<long> start;
    private readonly NpyFile<ushort> ids;
    private readonly NpyFile<byte> tags;
    private readonly Dictionary<ulong, int> numbers = [];

    /// <param name="folder">Where the files are made.</param>
    /// <param name="encoder">Makes tokens of texts.</param>
    public DocumentArrays(string folder, DocumentEncoder encoder)
    {
        this.encoder = encoder;
        document = new(Path.Combine(folder, "document.npy"));
        start = new(Path.Combine(folder, "doc_start.npy"));
        ids = new(Path.Combine(folder, "token_id.npy"));
        tags = new(Path.Combine(folder, "token_tag.npy"));
        start.Append([0]);
    }

    public int Count => numbers.Count;

    public long Tokens => ids.Rows;

    /// <summary>Adds a row with this text.</summary>
    public void Append(CompanyText text) => document.Append([NumberOf(text)]);

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

    private int NumberOf(CompanyText text)
    {
        var hash = text.Hash;
        if (hash == 0)
        {
            return -1;
        }

        if (!numbers.TryGetValue(hash, out var number))
        {
            numbers[hash] = number = numbers.Count;
            var tokens = encoder.Encode(text);
            ids.Append(tokens.Ids);
            tags.Append(tokens.Tags);
            start.Append([ids.Rows]);
        }

        return number;
    }
}
