using Jianwei.Core.Reasons;
using Jianwei.Scorer.Inference;
using Jianwei.Scorer.Packages;
using Jianwei.Scorer.Texts;
using Microsoft.ML.OnnxRuntime;

namespace Jianwei.Scorer.Reasons;

/// <summary>
/// Explains shifts with the packages of Models:Directory, on the CPU wherever the Scorer runs, so that the same shift has the same reasons.
/// Texts come with the question, or by their hash from Redis.
/// </summary>
public sealed class ShiftExplainer(ModelStore models, TextStore texts) : IShiftExplainer, IDisposable
{
    // Of a swap: the old version and the new.
    private const int LoadedLimit = 2;

    private readonly SemaphoreSlim _turn = new(1);
    private readonly List<ModelPackage> _loaded = []; // newest use last

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ShiftParts>> ExplainAsync(IReadOnlyList<ShiftQuestion> questions, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            var found = new ShiftParts[questions.Count];
            foreach (var model in Enumerable.Range(0, questions.Count).GroupBy(i => questions[i].Model, StringComparer.Ordinal))
            {
                await ExplainAsync(model.Key, questions, [.. model], found, cancellation);
            }

            return found;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<byte[]?>> TextsAsync(IReadOnlyList<TextName> names, CancellationToken cancellation)
    {
        var found = new byte[]?[names.Count];
        await Task.WhenAll(Enumerable.Range(0, names.Count).GroupBy(i => names[i].Partition).Select(ReadAsync));
        return found;

        async Task ReadAsync(IGrouping<int, int> partition)
        {
            int[] numbers = [.. partition];
            var wanted = numbers.Select(i => (names[i].CompanyId, Convert.ToUInt64(names[i].Hash, 16)));
            var packed = await texts.PackedAsync(partition.Key, [.. wanted], cancellation);
            foreach (var (i, text) in numbers.Zip(packed))
            {
                found[i] = text;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _loaded.ForEach(p => p.Dispose());
        _turn.Dispose();
    }

    private async Task ExplainAsync(
        string model, IReadOnlyList<ShiftQuestion> questions, int[] numbers, ShiftParts[] found, CancellationToken cancellation)
    {
        ModelPackage package;
        try
        {
            package = Package(model, questions[numbers[0]]);
        }
        catch (ModelRefusedException e)
        {
            Array.ForEach(numbers, i => found[i] = ShiftParts.None($"model {model} cannot be asked for reasons here: {e.Message}"));
            return;
        }

        var packed = package.TextEncoder is null ? [] : await TextsAsync([.. numbers.Select(i => questions[i])], cancellation);
        await Task.Run(
            () =>
            {
                foreach (var i in numbers)
                {
                    cancellation.ThrowIfCancellationRequested();
                    found[i] = Explain(package, questions[i], packed);
                }
            },
            cancellation);
    }

    private async Task<Dictionary<TextName, byte[]?>> TextsAsync(ShiftQuestion[] questions, CancellationToken cancellation)
    {
        TextName[] names =
        [
            .. questions.SelectMany(q => new[] { (Question: q, State: q.Before), (Question: q, State: q.After) })
                .Where(s => s.State is { Text: null, TextHash.Length: > 0 })
                .Select(s => NameOf(s.Question, s.State)).Distinct(),
        ];
        return names.Zip(await TextsAsync(names, cancellation)).ToDictionary(p => p.First, p => p.Second);
    }

    private static TextName NameOf(ShiftQuestion question, ScoredState state) =>
        new(question.Partition, question.CompanyId, state.TextHash!);

    private static ShiftParts Explain(ModelPackage package, ShiftQuestion question, Dictionary<TextName, byte[]?> packed)
    {
        try
        {
            return ShiftAttribution.Of(package, question, Packed(question.Before), Packed(question.After));
        }
        catch (OnnxRuntimeException e)
        {
            return ShiftParts.None($"model {question.Model} failed when it was asked for reasons: {e.Message.Split('\n', 2)[0]}");
        }

        byte[]? Packed(ScoredState state) =>
            state.Text ?? (string.IsNullOrEmpty(state.TextHash) ? null : packed.GetValueOrDefault(NameOf(question, state)));
    }

    private ModelPackage Package(string model, ShiftQuestion question)
    {
        var contract = new FeatureContract(question.Catalogue.Hash, question.Catalogue.Count);
        var package = _loaded.Find(p => p.Manifest.Id == model && p.Manifest.Catalogue == contract.Catalogue)
            ?? models.Load(ModelId.Parse(model), contract, InferenceDevice.Cpu());
        _loaded.Remove(package);
        _loaded.Add(package);
        if (_loaded.Count > LoadedLimit)
        {
            _loaded[0].Dispose();
            _loaded.RemoveAt(0);
        }

        return package;
    }
}
