using System.Text.Json;
using Jianwei.Core.Models;
using Jianwei.Scorer.Inference;
using Jianwei.Scorer.Texts;
using Jianwei.Tokenizer.Documents;

namespace Jianwei.Scorer.Packages;

/// <summary>Whether the graph gives here what it gave in training, for whole batches and for single rows.</summary>
internal static class GoldenCheck
{
    // Of a logit: what rounding and another machine's arithmetic may change, and not more.
    private const double LargestTolerance = 0.01;

    // Single rows show that a row's logit does not depend on its neighbours; a handful shows it as well as all.
    private const int SingleRows = 16;

    /// <exception cref="ModelRefusedException">The golden inputs are unusable, or a logit differs by more than their tolerance.</exception>
    public static void Verify(ModelManifest manifest, string file, byte[] json, ModelSession session, TextEncoder? textEncoder = null)
    {
        var golden = Parse(file, json);
        VerifyForm(golden, manifest.FeatureCount, file);
        if (golden.Tolerance is not (> 0 and <= LargestTolerance))
        {
            throw new ModelRefusedException($"{file}: tolerance is {golden.Tolerance}; allowed: above 0 to {LargestTolerance}");
        }

        var texts = textEncoder is null ? null : Texts(golden, file, textEncoder);
        var matrix = new FeatureMatrix(golden.Inputs.Count, manifest.FeatureCount);
        for (var row = 0; row < golden.Inputs.Count; row++)
        {
            golden.Inputs[row].CopyTo(matrix.Row(row));
        }

        using var runner = session.NewRunner();
        Compare(golden, file, runner.Run(matrix, 0, matrix.Capacity, texts), 0, "in one batch");
        for (var row = 0; row < Math.Min(SingleRows, matrix.Capacity); row++)
        {
            Compare(golden, file, runner.Run(matrix, row, 1, texts), row, "alone");
        }
    }

    private static TextInputs Texts(GoldenInputs golden, string file, TextEncoder encoder)
    {
        if (golden.Documents is not { } documents || documents.Count != golden.Inputs.Count || !documents.Any(d => d is not null)
            || documents.Any(d => d is not null
                && (d.Ids is null || d.Ids.Length != d.Tags?.Length || !Array.TrueForAll(d.Ids, id => id is > 0 and < ushort.MaxValue)
                    || !Array.TrueForAll(d.Tags, tag => tag is >= 0 and <= byte.MaxValue))))
        {
            throw new ModelRefusedException(
                $"{file}: expected for each of {golden.Inputs.Count} rows a document of as many tags (0 to 255) as ids, or null, and one at least; found others");
        }

        var inputs = new TextInputs(encoder.Width);
        inputs.EnsureCapacity(documents.Count);
        var there = documents.OfType<GoldenDocument>().Select(d => d.ToTokens()).ToList();
        var vectors = new Queue<Half[]>(encoder.Encode(there));
        for (var row = 0; row < documents.Count; row++)
        {
            inputs.Set(row, documents[row] is null ? null : vectors.Dequeue());
        }

        return inputs;
    }

    private static GoldenInputs Parse(string file, byte[] json)
    {
        try
        {
            return GoldenInputs.Parse(json);
        }
        catch (JsonException e)
        {
            throw new ModelRefusedException($"{file}: expected golden inputs, found: {e.Message}", e);
        }
    }

    private static void VerifyForm(GoldenInputs golden, int features, string file)
    {
        if (golden.Inputs is null || golden.Logits is null || golden.Inputs.Any(row => row is null))
        {
            throw new ModelRefusedException($"{file}: expected inputs and logits, found null");
        }

        if (golden.Inputs.Count == 0 || golden.Inputs.Count != golden.Logits.Count)
        {
            throw new ModelRefusedException(
                $"{file}: expected at least one row and a logit for each, found {golden.Inputs.Count} rows and {golden.Logits.Count} logits");
        }

        for (var row = 0; row < golden.Inputs.Count; row++)
        {
            if (golden.Inputs[row].Length != features)
            {
                throw new ModelRefusedException(
                    $"{file}: row {row}: expected {features} features (manifest), found {golden.Inputs[row].Length}");
            }
        }
    }

    private static void Compare(GoldenInputs golden, string file, ReadOnlySpan<float> logits, int first, string how)
    {
        for (var i = 0; i < logits.Length; i++)
        {
            var expected = golden.Logits[first + i];
            // Written so that NaN is refused.
            if (!(Math.Abs((double)logits[i] - expected) <= golden.Tolerance))
            {
                throw new ModelRefusedException(
                    $"{file}: row {first + i} {how}: expected logit {expected} within {golden.Tolerance}, found {logits[i]}");
            }
        }
    }
}

/// <summary>Golden documents in the tokenizer's form.</summary>
internal static class GoldenDocuments
{
    public static TokenDocument ToTokens(this GoldenDocument document) =>
        new([.. document.Ids.Select(i => (ushort)i)], [.. document.Tags.Select(t => (byte)t)]);
}
