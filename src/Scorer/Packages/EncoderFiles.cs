using Jianwei.Core.Models;
using Jianwei.Scorer.Inference;
using Jianwei.Scorer.Texts;
using Jianwei.Tokenizer;
using Jianwei.Tokenizer.Documents;
using Jianwei.Tokenizer.Vocabularies;
using Microsoft.ML.OnnxRuntime;

namespace Jianwei.Scorer.Packages;

/// <summary>Opens the text encoder of a package.</summary>
internal static class EncoderFiles
{
    /// <exception cref="ModelRefusedException">The graph or the vocabulary is not what the manifest says.</exception>
    public static TextEncoder Open(PackageFiles files, TextEncoderGraph graph, InferenceDevice device)
    {
        var tokenizer = Tokenizer(files, graph);
        var file = Path.Combine(files.Directory, graph.File);
        using var options = device.NewSessionOptions();
        try
        {
            var session = new InferenceSession(files[graph.File], options);
            try
            {
                GraphCheck.VerifyEncoder(graph, files.Manifest.Graph.TextWidth, file, session);
                var encoder = new TextEncoder(
                    graph, session, new DocumentEncoder(tokenizer), files.Manifest.Files[graph.File], files.Manifest.Graph.TextWidth,
                    device.RunsSideBySide);
                TakesTheLongest(encoder, file);
                return encoder;
            }
            catch
            {
                session.Dispose();
                throw;
            }
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelRefusedException(
                $"{file}: expected an ONNX graph that {device.Name} can run, found: {e.Message.Split('\n', 2)[0]}", e);
        }
    }

    // A graph has places for so many tokens as it was trained with; better refused now than failing at the first long document.
    private static void TakesTheLongest(TextEncoder encoder, string file)
    {
        var longest = new TokenDocument(
            [.. Enumerable.Repeat(SpecialTokens.FirstPiece, DocumentEncoder.MaxTokens)], new byte[DocumentEncoder.MaxTokens]);
        try
        {
            encoder.Encode([longest]);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelRefusedException(
                $"{file}: expected a graph that takes documents of up to {DocumentEncoder.MaxTokens} tokens, found: {e.Message.Split('\n', 2)[0]}", e);
        }
    }

    private static SubwordTokenizer Tokenizer(PackageFiles files, TextEncoderGraph graph)
    {
        var (file, expected) = (Path.Combine(files.Directory, graph.Tokenizer), files.Manifest.Tokenizer);
        try
        {
            // The bytes on disk are those whose digest was checked a moment ago.
            var tokenizer = new SubwordTokenizer(Vocabulary.Load(file));
            return tokenizer.Hash == expected
                ? tokenizer
                : throw new ModelRefusedException($"{file}: expected vocabulary {expected} (manifest), found {tokenizer.Hash}");
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new ModelRefusedException($"{file}: expected a vocabulary, found: {e.Message}", e);
        }
    }
}
