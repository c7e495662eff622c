using Jianwei.Core.Models;
using Microsoft.ML.OnnxRuntime;

namespace Jianwei.Scorer.Packages;

/// <summary>Whether a graph takes and gives what its manifest says: names, element types, shapes, and a batch of any size.</summary>
internal static class GraphCheck
{
    // A symbolic dimension reads as -1.
    private const int AnySize = -1;

    /// <exception cref="ModelRefusedException">An input or output is not as declared.</exception>
    public static void Verify(ModelManifest manifest, string file, InferenceSession session)
    {
        var (graph, features) = (manifest.Graph, manifest.FeatureCount);
        RequireOnly(session.InputMetadata.Keys, graph.Features, file, "inputs");
        RequireNamed(session.OutputMetadata.Keys, graph.Output, file, "outputs");
        RequireShape(session.InputMetadata[graph.Features], $"{file}: input '{graph.Features}'", $"(batch, {features})", d => d is [AnySize, _] && d[1] == features);
        RequireShape(session.OutputMetadata[graph.Output], $"{file}: output '{graph.Output}'", "(batch) or (batch, 1)", d => d is [AnySize] or [AnySize, 1]);
    }

    private static void RequireOnly(IEnumerable<string> found, string name, string file, string what)
    {
        var names = found.ToList();
        if (names is not [var only] || only != name)
        {
            throw new ModelRefusedException($"{file}: {what}: expected '{name}' alone (manifest), found {Quoted(names)}");
        }
    }

    private static void RequireNamed(IEnumerable<string> found, string name, string file, string what)
    {
        var names = found.ToList();
        if (!names.Contains(name, StringComparer.Ordinal))
        {
            throw new ModelRefusedException($"{file}: {what}: expected '{name}' (manifest), found {Quoted(names)}");
        }
    }

    private static void RequireShape(NodeMetadata node, string where, string shape, Func<int[], bool> fits)
    {
        if (!node.IsTensor || node.ElementDataType != Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float)
        {
            throw new ModelRefusedException($"{where}: expected float32, found {(node.IsTensor ? node.ElementDataType : node.OnnxValueType)}");
        }

        if (!fits(node.Dimensions))
        {
            throw new ModelRefusedException($"{where}: expected shape {shape}, found ({string.Join(", ", Dimensions(node))})");
        }
    }

    private static IEnumerable<string> Dimensions(NodeMetadata node) =>
        node.Dimensions.Select((size, i) => size != AnySize ? $"{size}" : node.SymbolicDimensions[i] is { Length: > 0 } name ? name : "?");

    private static string Quoted(List<string> names) => names.Count == 0 ? "none" : string.Join(", ", names.Select(n => $"'{n}'"));
}
