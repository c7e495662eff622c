using Jianwei.Core.Models;
using Jianwei.Scorer.Texts;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Jianwei.Scorer.Inference;

/// <summary>
/// Runs a session over a <see cref="FeatureMatrix"/> that is read in place, into a buffer of its own. A run with the rows of
/// the run before allocates nothing. Used by one thread at a time; runners of one session run side by side.
/// </summary>
public sealed class ModelRunner : IDisposable
{
    private readonly ModelGraph _graph;
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly OrtIoBinding _binding;
    private readonly int _outputRank;

    private FeatureMatrix? _logits; // (capacity, 1)
    private OrtValue[] _bindings = [];
    private (FeatureMatrix? Matrix, FeatureMatrix? Vectors, int First, int Count) _bound;

    internal ModelRunner(ModelGraph graph, InferenceSession session)
    {
        _graph = graph;
        _session = session;
        _binding = session.CreateIoBinding();
        _outputRank = session.OutputMetadata[graph.Output].Dimensions.Length;
    }

    /// <summary>Runs rows [first, first + count) of the matrix.</summary>
    /// <param name="matrix">Features.</param>
    /// <param name="first">Its first row to run.</param>
    /// <param name="count">How many.</param>
    /// <param name="texts">The same rows' texts, for a fused head alone.</param>
    /// <returns>One raw logit a row; good until the next run.</returns>
    /// <exception cref="OnnxRuntimeException">The device failed.</exception>
    public ReadOnlySpan<float> Run(FeatureMatrix matrix, int first, int count, TextInputs? texts = null)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first + count, matrix.Capacity, nameof(count));
        if (_bound != (matrix, texts?.Vectors, first, count))
        {
            Bind(matrix, first, count, texts);
        }

        _session.RunWithBinding(_run, _binding);
        return _logits!.Rows(0, count);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _binding.Dispose();
        Release();
        _run.Dispose();
    }

    private void Bind(FeatureMatrix matrix, int first, int count, TextInputs? texts)
    {
        if (_logits is null || _logits.Capacity < count)
        {
            _logits = new FeatureMatrix(matrix.Capacity, 1);
        }

        List<OrtValue> bindings =
            [Tensor(matrix, first, [count, matrix.Width]), Tensor(_logits, 0, _outputRank == 1 ? [count] : [count, 1])];
        _binding.BindInput(_graph.Features, bindings[0]);
        _binding.BindOutput(_graph.Output, bindings[1]);
        if (texts is not null)
        {
            bindings.AddRange([Tensor(texts.Vectors, first, [count, texts.Vectors.Width]), Tensor(texts.HasText, first, [count, 1])]);
            _binding.BindInput(_graph.TextVector, bindings[2]);
            _binding.BindInput(_graph.HasText, bindings[3]);
        }

        Release();
        (_bindings, _bound) = ([.. bindings], (matrix, texts?.Vectors, first, count));
    }

    private void Release()
    {
        foreach (var value in _bindings)
        {
            value.Dispose();
        }
    }

    private static OrtValue Tensor(FeatureMatrix values, int first, long[] shape) =>
        OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, TensorElementType.Float, shape, values.Address(first), shape[0] * values.Width * sizeof(float));
}
