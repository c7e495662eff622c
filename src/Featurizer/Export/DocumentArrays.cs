using Jianwei.Core.Text;

namespace Jianwei.Featurizer.Export;

/// <summary>The tokens of one company's text.</summary>
/// <param name="Ids">Of the vocabulary, without special tokens.</param>
/// <param name="Tags">As long: bits 0-1 segment, bits 2-6 number of the text within the document, bit 7 set where a word begins.</param>
public readonly record struct DocumentTokens(ushort[] Ids, byte[] Tags);

/// <summary>What a document is made with.</summary>
/// <param name="Hash">Of the tokenizer: 16 hexadecimal digits.</param>
/// <param name="Vocabulary">Ids are below it.</param>
/// <param name="MaxTokens">Of a document.</param>
/// <param name="Encode">A company's text as tokens: the code that serves.</param>
public sealed record DocumentSettings(string Hash, int Vocabulary, int MaxTokens, Func<CompanyText, DocumentTokens> Encode);

/// <summary>The documents of an export: every text that some row has, once.</summary>
/// <remarks>Memory grows with the number of different documents, by their hashes, and not with their tokens.</remarks>
internal sealed class DocumentArrays : IDisposable
{
    private readonly DocumentSettings settings;
    private readonly NpyFile<int> document;
    private readonly NpyFile<long> start;
    private readonly NpyFile<ushort> ids;
    private readonly NpyFile<byte> tags;
    private readonly Dictionary<ulong, int> numbers = [];

    /// <param name="folder">Where the files are made.</param>
    /// <param name="settings">How texts become tokens.</param>
    public DocumentArrays(string folder, DocumentSettings settings)
    {
        this.settings = settings;
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
            var tokens = settings.Encode(text);
            ids.Append(tokens.Ids);
            tags.Append(tokens.Tags);
            start.Append([ids.Rows]);
        }

        return number;
    }
}
