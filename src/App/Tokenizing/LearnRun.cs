using System.Security.Cryptography;
using Jianwei.App.Verbs;
using Jianwei.Tokenizer.Learning;
using Jianwei.Tokenizer.Vocabularies;

namespace Jianwei.App.Tokenizing;

/// <summary>Learns a vocabulary from files: word lists first, then texts in the order given.</summary>
internal sealed class LearnRun(LearnOptions options, IReadOnlyList<CorpusInput> inputs)
{
    public (Vocabulary Vocabulary, IReadOnlyList<LearnedSource> Sources) Run(ProgressLine line, CancellationToken cancellation)
    {
        var learner = new VocabularyLearner(options);
        CorpusInput[] order = [.. inputs.OrderBy(i => i.Format != CorpusInput.Words)];
        LearnedSource[] sources = [.. order.Select(input => Read(learner, input, line, cancellation))];
        var progress = new Inline<LearnProgress>(now => line.Show($"tokenizer: {now.Phase}, {now.Words:N0} words, {now.Pieces:N0} pieces"));
        return (learner.Learn(progress, cancellation), sources);
    }

    private static LearnedSource Read(VocabularyLearner learner, CorpusInput input, ProgressLine line, CancellationToken cancellation)
    {
        using var reader = input.Open();
        long texts = 0, characters = 0;
        if (input.Format == CorpusInput.Words)
        {
            learner.AddWords(reader, input.Path, input.Weight, cancellation);
        }
        else
        {
            foreach (var text in input.Texts(reader))
            {
                cancellation.ThrowIfCancellationRequested();
                learner.AddText(text, input.Weight);
                characters += text.Length;
                if (++texts % 1_000 == 0)
                {
                    line.Show($"tokenizer: {Path.GetFileName(input.Path)}, {texts:N0} texts, {learner.Words:N0} words");
                }
            }
        }

        using var file = File.OpenRead(input.Path);
        return new(
            input.Format, Path.GetFileName(input.Path), input.Weight, texts, characters,
            Convert.ToHexStringLower(SHA256.HashData(file)));
    }
}

/// <summary>What a vocabulary was learned from.</summary>
/// <param name="Format">Of the input.</param>
/// <param name="File">Its name.</param>
/// <param name="Weight">Of its counts.</param>
/// <param name="Texts">Texts in it; 0 for a list of words.</param>
/// <param name="Characters">UTF-16 units of those texts.</param>
/// <param name="Sha256">Of the file.</param>
internal sealed record LearnedSource(string Format, string File, double Weight, long Texts, long Characters, string Sha256);

/// <summary><c>manifest.json</c> beside a learned or patched vocabulary.</summary>
/// <param name="Hash">Of the vocabulary.</param>
/// <param name="Entries">Its number of entries.</param>
/// <param name="Command">That made it.</param>
/// <param name="Parent">Hash of the vocabulary that a patch was added to.</param>
/// <param name="Options">It was learned with.</param>
/// <param name="Sources">It was learned from.</param>
/// <param name="Attribution">Whose work the sources are.</param>
/// <param name="Samples">What it makes of texts that it was not learned from, by file.</param>
/// <param name="Added">Entries of a patch.</param>
internal sealed record VocabularyManifest(
    string Hash, int Entries, string Command, string? Parent = null, LearnOptions? Options = null,
    IReadOnlyList<LearnedSource>? Sources = null, IReadOnlyList<string>? Attribution = null,
    IReadOnlyDictionary<string, EncodeStats>? Samples = null, IReadOnlyList<AddedPiece>? Added = null);

/// <summary>An entry that a patch added, and the pieces that spelled it before.</summary>
internal sealed record AddedPiece(int Id, string Piece, IReadOnlyList<string> Before);
