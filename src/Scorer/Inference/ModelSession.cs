using Jianwei.Core.Models;
using Microsoft.ML.OnnxRuntime;

namespace Jianwei.Scorer.Inference;

/// <summary>
/// An ONNX session over (batch, features) → (batch) logits. Shared by threads; what each needs for itself is a <see cref="ModelRunner"/>.
/// </summary>
public sealed class ModelSession : IDisposable
{
    private readonly ModelGraph _graph;
    private readonly InferenceSession _session;

    private ModelSession(ModelGraph graph, InferenceSession session, InferenceDevice device)
    {
        _graph = graph;
        _session = session;
        RunsSideBySide = device.RunsSideBySide;
    }

    /// <summary>Whether runs of several threads at a time gain anything on its device.</summary>
    public bool RunsSideBySide { get; }

    /// <summary>Opens a session over the bytes of an ONNX file.</summary>
    /// <param name="onnx">The file's content.</param>
    /// <param name="graph">Names of its input and output.</param>
    /// <param name="device">What it runs on.</param>
    /// <param name="check">Looks at the session before it is used; throws where it does not fit.</param>
    /// <exception cref="OnnxRuntimeException">The bytes are no graph that the device can run.</exception>
    public static ModelSession Open(byte[] onnx, ModelGraph graph, InferenceDevice device, Action<InferenceSession> check)
    {
        using var options = device.NewSessionOptions();
        var session = new InferenceSession(onnx, options);
        try
        {
            check(session);
            return new ModelSession(graph, session, device);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>A runner for one more thread; the caller disposes it before the session.</summary>
    public ModelRunner NewRunner() => new(_graph, _session);

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();
}
