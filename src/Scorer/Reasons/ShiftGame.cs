using System.Runtime.InteropServices;
using Jianwei.Core.Reasons;
using Jianwei.Core.Text;
using Jianwei.Scorer.Inference;
using Jianwei.Scorer.Packages;
using Jianwei.Scorer.Texts;

namespace Jianwei.Scorer.Reasons;

/// <summary>
/// A shift as a game: players are texts, then groups of features, and a coalition's worth is the model's calibrated log-odds for a
/// company of which the coalition is as after the shift and the rest as before.
/// </summary>
internal sealed class ShiftGame
{
    // A catalogue of more groups has the last of them together.
    private const int MostGroups = 40;

    private readonly ModelPackage _package;
    private readonly float[] _before;
    private readonly float[] _after;
    private readonly int[] _groupOf; // by feature: number in Groups, -1 where none of the group's features changed
    private readonly CompanyText? _fixedText;

    /// <param name="package">The model.</param>
    /// <param name="question">The shift.</param>
    /// <param name="texts">Texts as players, for a model that reads them; null where they stay as <paramref name="fixedText"/>.</param>
    /// <param name="fixedText">The texts of every coalition; null for none.</param>
    public ShiftGame(ModelPackage package, ShiftQuestion question, TextPlayers? texts, CompanyText? fixedText)
    {
        (_package, _fixedText, Texts) = (package, fixedText, texts);
        (_before, _after) = (Floats(question.Before.Features), Floats(question.After.Features));
        var features = question.Catalogue.Features;
        var changed = Enumerable.Range(0, features.Count)
            .Where(i => BitConverter.SingleToInt32Bits(_before[i]) != BitConverter.SingleToInt32Bits(_after[i]))
            .Select(i => features[i].Group).Distinct(StringComparer.Ordinal).ToList();
        Groups = changed.Count <= MostGroups ? changed : [.. changed.Take(MostGroups - 1), "others"];
        _groupOf = [.. features.Select(f => changed.IndexOf(f.Group) is var number && number < 0 ? -1 : Math.Min(number, MostGroups - 1))];
    }

    public TextPlayers? Texts { get; }

    /// <summary>Sentences of a new text that the model reads; empty for other players.</summary>
    public IReadOnlyList<string> SentencesOf(int player) =>
        player < TextCount ? Texts!.SentencesOf(player, _package.TextEncoder!.ReadLength) : [];

    public int TextCount => Texts?.Count ?? 0;

    /// <summary>Groups of which a feature changed, in the catalogue's order.</summary>
    public IReadOnlyList<string> Groups { get; }

    public int Players => TextCount + Groups.Count;

    /// <summary>
    /// Calibrated log-odds of coalitions, and after them of everybody without a sentence each. One run of the encoder over the
    /// documents that differ, one of the head over all rows: what runs together depends on the shift alone, so that its last bits do.
    /// </summary>
    public double[] Score(IReadOnlyList<ulong> coalitions, IReadOnlyList<(int Player, string Sentence)>? sentences = null)
    {
        var all = (1UL << Players) - 1;
        ulong[] sets = [.. coalitions, .. Enumerable.Repeat(all, sentences?.Count ?? 0)];
        var features = new FeatureMatrix(sets.Length, _before.Length);
        for (var row = 0; row < sets.Length; row++)
        {
            Fill(features.Row(row), sets[row] >> TextCount);
        }

        var inputs = _package.TextEncoder is { } encoder ? Inputs(encoder, coalitions, sentences ?? []) : null;
        using var runner = _package.Session.NewRunner();
        var logits = runner.Run(features, 0, sets.Length, inputs);
        var scores = new double[sets.Length];
        for (var row = 0; row < scores.Length; row++)
        {
            scores[row] = _package.Manifest.Calibration.LogOdds(logits[row]);
        }

        return scores;
    }

    private void Fill(Span<float> row, ulong groups)
    {
        for (var i = 0; i < row.Length; i++)
        {
            row[i] = _groupOf[i] >= 0 && (groups & (1UL << _groupOf[i])) != 0 ? _after[i] : _before[i];
        }
    }

    private TextInputs Inputs(TextEncoder encoder, IReadOnlyList<ulong> coalitions, IReadOnlyList<(int Player, string Sentence)> sentences)
    {
        var texts = (1UL << TextCount) - 1;
        var documents = new List<CompanyText?>();
        var numbers = new Dictionary<ulong, int>();
        var rows = new List<int>();
        foreach (var set in coalitions)
        {
            if (numbers.TryAdd(set & texts, documents.Count))
            {
                documents.Add(Texts?.Of(set & texts) ?? _fixedText);
            }

            rows.Add(numbers[set & texts]);
        }

        foreach (var sentence in sentences)
        {
            rows.Add(documents.Count);
            documents.Add(Texts!.Of(texts, sentence));
        }

        return Inputs(encoder, documents, rows);
    }

    private static TextInputs Inputs(TextEncoder encoder, List<CompanyText?> documents, List<int> rows)
    {
        var vectors = new Half[]?[documents.Count];
        int[] there = [.. Enumerable.Range(0, documents.Count).Where(i => documents[i] is { Hash: not 0 })];
        foreach (var (i, vector) in there.Zip(encoder.Encode([.. there.Select(i => documents[i]!)])))
        {
            vectors[i] = vector;
        }

        var inputs = new TextInputs(encoder.Width);
        inputs.EnsureCapacity(rows.Count);
        for (var row = 0; row < rows.Count; row++)
        {
            inputs.Set(row, vectors[rows[row]]);
        }

        return inputs;
    }

    private static float[] Floats(byte[] bytes) => MemoryMarshal.Cast<byte, float>(bytes).ToArray();
}
