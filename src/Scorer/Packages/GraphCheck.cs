using Jianwei.Core.Models;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

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
        string[] inputs = graph.TextVector is null ? [graph.Features] : [graph.Features, graph.TextVector, graph.HasText!];
        RequireOnly(session.InputMetadata.Keys, inputs, file, "inputs");
        RequireNamed(session.OutputMetadata.Keys, graph.Output, file, "outputs");
        RequireShape(
            session.InputMetadata[graph.Features], $"{file}: input '{graph.Features}'",
            $"(batch, {features})", d => d is [AnySize, _] && d[1] == features);
        RequireShape(
            session.OutputMetadata[graph.Output], $"{file}: output '{graph.Output}'",
            "(batch) or (batch, 1)", d => d is [AnySize] or [AnySize, 1]);
        foreach (var (name, width) in inputs.Skip(1).Zip([graph.TextWidth, 1]))
        {
            RequireShape(
                session.InputMetadata[name], $"{file}: input '{name}'",
                $"(batch, {width})", d => d is [AnySize, _] && d[1] == width);
        }
    }

    /// <exception cref="ModelRefusedException">An input or output of a text encoder is not as declared.</exception>
    public static void VerifyEncoder(TextEncoderGraph graph, int width, string file, InferenceSession session)
    {
        RequireOnly(session.InputMetadata.Keys, [graph.Ids, graph.Tags], file, "inputs");
        RequireNamed(session.OutputMetadata.Keys, graph.Output, file, "outputs");
        foreach (var name in (string[])[graph.Ids, graph.Tags])
        {
            RequireShape(
                session.InputMetadata[name], $"{file}: input '{name}'",
                "(batch, length)", d => d is [AnySize, AnySize], TensorElementType.Int64);
        }

        RequireShape(
            session.OutputMetadata[graph.Output], $"{file}: output '{graph.Output}'",
            $"(batch, {width})", d => d is [AnySize, _] && d[1] == width);
    }

    private static void RequireOnly(IEnumerable<string> found, string[] expected, string file, string what)
    {
        var names = found.ToList();
        if (!names.Order(StringComparer.Ordinal).SequenceEqual(expected.Order(StringComparer.Ordinal)))
        {
            throw new ModelRefusedException($"{file}: {what}: expected {Quoted([.. expected])} alone (manifest), found {Quoted(names)}");
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

    private static void RequireShape(
        NodeMetadata node, string where, string shape, Func<int[], bool> fits, TensorElementType type = TensorElementType.Float)
    {
        if (!node.IsTensor || node.ElementDataType != type)
        {
            throw new ModelRefusedException(
                $"{where}: expected {(type == TensorElementType.Float ? "float32" : "int64")}, found {(node.IsTensor ? node.ElementDataType : node.OnnxValueType)}");
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
