using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Jianwei.Core.Reasons;
using Jianwei.Core.Text;
using Jianwei.Scorer.Packages;
using Jianwei.Scorer.Texts;

namespace Jianwei.Scorer.Reasons;

/// <summary>
/// Takes one shift apart with a loaded model. The work is bounded, however much has changed, and depends on the question alone.
/// </summary>
internal static class ShiftAttribution
{
    // Documents that are encoded to find sentences: filings first, then postings, then the profile.
    private const int SentenceLimit = 32;

    // From here on the model, asked again, has another opinion than when it scored.
    private const double ResidualLimit = 0.01;

    private const string NotKnown = "not known any more";
    private const string Whole = "texts are told of as a whole";

    /// <param name="package">The model.</param>
    /// <param name="question">The shift; feature vectors of the model's width.</param>
    /// <param name="before">Packed texts of the score before, or null where they are not known.</param>
    /// <param name="after">Of the score after.</param>
    public static ShiftParts Of(ModelPackage package, ShiftQuestion question, byte[]? before, byte[]? after)
    {
        if (package.TextEncoder is null)
        {
            return Of(question, new(package, question, null, null), null, null);
        }

        var (old, fresh) = (Text(question.Before, before), Text(question.After, after));
        return (old, fresh) switch
        {
            ({ } o, { } f) => Of(question, new(package, question, new(o, f), null), null, null),
            (null, null) => Of(
                question, new(package, question, null, null), null,
                $"the texts of both scores are {NotKnown}; only features are explained"),
            (null, { } f) => Of(
                question, new(package, question, null, f), TextChangeKind.All, $"the texts of the score before are {NotKnown}; {Whole}"),
            ({ } o, null) => Of(
                question, new(package, question, null, o), TextChangeKind.All, $"the texts of the score are {NotKnown}; {Whole}"),
        };
    }

    /// <summary>Decides the permutations of a shift.</summary>
    public static int SeedOf(string companyId, long stateVersion) =>
        BinaryPrimitives.ReadInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{companyId}\n{stateVersion}")));

    private static CompanyText? Text(ScoredState state, byte[]? packed) => state.TextHash switch
    {
        null => null,
        "" => new CompanyText(),
        var hash => PackedText.Of(packed, Convert.ToUInt64(hash, 16)),
    };

    private static ShiftParts Of(ShiftQuestion question, ShiftGame game, TextChangeKind? rest, string? note)
    {
        var plan = ShapleyPlan.Of(game.Players, game.TextCount, SeedOf(question.CompanyId, question.StateVersion));
        var sentences = SentencesOf(game);
        var scores = game.Score(plan.Coalitions, sentences);
        if (!Array.TrueForAll(scores, double.IsFinite))
        {
            return ShiftParts.None("the model gives no finite number for some of what changed");
        }

        var values = plan.Values(scores.AsSpan(0, plan.Coalitions.Count));
        var everybody = game.Players == 0 ? scores[0] : scores[1];
        var without = scores.AsSpan(plan.Coalitions.Count);
        var parts = new List<ShiftPart>();
        for (var player = 0; player < game.Players; player++)
        {
            if (player >= game.TextCount)
            {
                parts.Add(new(values[player], game.Groups[player - game.TextCount], null));
                continue;
            }

            var sentence = Sentence(game, player, Math.Sign(values[player]), sentences, everybody, without);
            parts.Add(new(values[player], null, game.Texts![player] with { Sentence = sentence }));
        }

        var residual = question.After.LogOdds - question.Before.LogOdds - values.Sum();
        if (rest is { } kind)
        {
            parts.Add(new(residual, null, new(kind)));
            residual = 0;
        }

        return new(Note(note, residual), parts, residual);
    }

    private static string? Note(string? note, double residual) => note is null && Math.Abs(residual) > ResidualLimit
        ? $"{residual:+0.00;-0.00} of the shift is not explained: asked again, the model gives other log-odds than when it scored"
        : note;

    // Of a text of one sentence there is nothing to find out.
    private static List<(int Player, string Sentence)> SentencesOf(ShiftGame game) =>
    [
        .. Enumerable.Range(0, game.TextCount)
            .SelectMany(player => game.SentencesOf(player) is { Count: > 1 } several ? several.Select(s => (player, s)) : [])
            .Take(SentenceLimit),
    ];

    // The one that did most of what the text did: without it the log-odds would be furthest back.
    private static string? Sentence(
        ShiftGame game, int player, int sign, List<(int Player, string Sentence)> sentences, double everybody, ReadOnlySpan<double> without)
    {
        var (best, most) = (game.SentencesOf(player).FirstOrDefault(), double.NegativeInfinity);
        for (var i = 0; i < sentences.Count; i++)
        {
            if (sentences[i].Player == player && (everybody - without[i]) * sign > most)
            {
                (best, most) = (sentences[i].Sentence, (everybody - without[i]) * sign);
            }
        }

        return best is null ? null : CleanText.Cut(best, TextPart.SentenceLimit);
    }
}
