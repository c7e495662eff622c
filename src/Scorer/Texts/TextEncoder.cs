using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using Jianwei.Core.Models;
using Jianwei.Core.Text;
using Jianwei.Tokenizer.Documents;
using Microsoft.ML.OnnxRuntime;

namespace Jianwei.Scorer.Texts;

/// <summary>
/// Makes vectors of companies' texts. A vector is rounded to half precision, which hides what the length of a batch does to the last
/// bits: fresh or kept, it is the same. Runs of several threads at a time are fine.
/// </summary>
public sealed class TextEncoder : IDisposable
{
    // Documents of about one length run together, so that little is padding; a run is about as large as a cache.
    private const int LengthStep = 16;
    private const int TokensOfARun = 4_096;

    // A product with one row adds up in another order than the same row among others; the last bit would then depend on the batch.
    private const int LeastRows = 2;

    private readonly TextEncoderGraph _graph;
    private readonly InferenceSession _session;
    private readonly DocumentEncoder _documents;
    private readonly int _sideBySide;

    internal TextEncoder(
        TextEncoderGraph graph, InferenceSession session, DocumentEncoder documents, string digest, int width, bool runsSideBySide)
    {
        (_graph, _session, _documents, Width) = (graph, session, documents, width);
        _sideBySide = runsSideBySide ? Environment.ProcessorCount : 1;
        Hash = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(
            $"{digest} {documents.Tokenizer.Hash} {DocumentEncoder.MaxTokens}")))[..16];
    }

    /// <summary>
    /// Of the graph, the vocabulary and the length of documents: encoders with one hash give one vector. 16 hexadecimal digits.
    /// </summary>
    public string Hash { get; }

    /// <summary>Of a vector.</summary>
    public int Width { get; }

    /// <summary>Characters of a text, from its beginning, that a document has room for at most. The text is in form KC.</summary>
    public int ReadLength(string text)
    {
        Span<ushort> ids = stackalloc ushort[DocumentEncoder.MaxTokensOfText];
        var count = _documents.Tokenizer.Encode(text, ids);
        return count < ids.Length ? text.Length : _documents.Tokenizer.Decode(ids).Length;
    }

    /// <summary>A vector for each company's texts.</summary>
    /// <exception cref="OnnxRuntimeException">The device failed.</exception>
    public Half[][] Encode(IReadOnlyList<CompanyText> texts) => Encode([.. texts.Select(_documents.Encode)]);

    /// <summary>A vector for each document.</summary>
    /// <exception cref="OnnxRuntimeException">The device failed.</exception>
    public Half[][] Encode(IReadOnlyList<TokenDocument> documents)
    {
        var vectors = new Half[documents.Count][];
        try
        {
            Parallel.ForEach(
                Runs(documents), new ParallelOptions { MaxDegreeOfParallelism = _sideBySide }, run => Encode(documents, run, vectors));
        }
        catch (AggregateException several) when (several.InnerExceptions[0] is OnnxRuntimeException first)
        {
            ExceptionDispatchInfo.Throw(first);
        }

        return vectors;
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    // A document's run has its length, in steps, and no more rows than fit.
    private static IEnumerable<int[]> Runs(IReadOnlyList<TokenDocument> documents) =>
        Enumerable.Range(0, documents.Count)
            .GroupBy(i => Padded(documents[i].Ids.Length))
            .SelectMany(length => length.Chunk(Math.Max(1, TokensOfARun / length.Key)));

    private static int Padded(int length) => Math.Max(1, (length + LengthStep - 1) / LengthStep) * LengthStep;

    private void Encode(IReadOnlyList<TokenDocument> documents, int[] run, Half[][] vectors)
    {
        var (rows, length) = (Math.Max(run.Length, LeastRows), Padded(documents[run[0]].Ids.Length));
        var (ids, tags) = (new long[rows * length], new long[rows * length]);
        for (var i = 0; i < run.Length; i++)
        {
            var document = documents[run[i]];
            for (var j = 0; j < document.Ids.Length; j++)
            {
                (ids[(i * length) + j], tags[(i * length) + j]) = (document.Ids[j], document.Tags[j]);
            }
        }

        long[] shape = [rows, length];
        using var idsValue = OrtValue.CreateTensorValueFromMemory(ids, shape);
        using var tagsValue = OrtValue.CreateTensorValueFromMemory(tags, shape);
        using var options = new RunOptions();
        using var outputs = _session.Run(options, [_graph.Ids, _graph.Tags], [idsValue, tagsValue], [_graph.Output]);
        var found = outputs[0].GetTensorDataAsSpan<float>();
        for (var i = 0; i < run.Length; i++)
        {
            vectors[run[i]] = Rounded(found.Slice(i * Width, Width));
        }
    }

    private static Half[] Rounded(ReadOnlySpan<float> vector)
    {
        var rounded = new Half[vector.Length];
        for (var i = 0; i < vector.Length; i++)
        {
            rounded[i] = (Half)vector[i];
        }

        return rounded;
    }
}
