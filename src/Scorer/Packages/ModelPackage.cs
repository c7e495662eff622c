using Jianwei.Core.Models;
using Jianwei.Scorer.Inference;
using Jianwei.Scorer.Texts;
using Microsoft.ML.OnnxRuntime;

namespace Jianwei.Scorer.Packages;

/// <summary>A model package that proved itself: files, contract, graph and golden inputs agree, and its session is ready to run.</summary>
public sealed class ModelPackage : IDisposable
{
    private ModelPackage(string directory, ModelManifest manifest, ModelSession session, TextEncoder? textEncoder)
    {
        Directory = directory;
        Manifest = manifest;
        Session = session;
        TextEncoder = textEncoder;
    }

    public string Directory { get; }

    public ModelManifest Manifest { get; }

    public ModelSession Session { get; }

    /// <summary>Makes the head's text vectors; null for a tabular model.</summary>
    public TextEncoder? TextEncoder { get; }

    /// <summary>Loads and verifies the package in <paramref name="directory"/> on the CPU.</summary>
    /// <exception cref="ModelRefusedException">Something does not match; the message says what.</exception>
    public static ModelPackage Load(string directory, string catalogueHash, int featureCount) =>
        Load(directory, new FeatureContract(catalogueHash, featureCount), InferenceDevice.Cpu());

    /// <summary>Loads and verifies the package in <paramref name="directory"/>.</summary>
    /// <param name="directory"><c>models/&lt;name&gt;/&lt;version&gt;</c>.</param>
    /// <param name="contract">What the package must have been trained on; null to take its manifest's word.</param>
    /// <param name="device">What the session runs on.</param>
    /// <exception cref="ModelRefusedException">Something does not match; the message says what.</exception>
    public static ModelPackage Load(string directory, FeatureContract? contract, InferenceDevice device)
    {
        var manifest = PackageFiles.ReadManifest(directory);
        ManifestCheck.Verify(manifest, directory, contract);
        var files = PackageFiles.Read(directory, manifest);
        var golden = Path.Combine(directory, manifest.Golden);
        ModelSession? session = null;
        TextEncoder? textEncoder = null;
        try
        {
            session = Open(files, device);
            textEncoder = manifest.TextEncoder is { } graph ? EncoderFiles.Open(files, graph, device) : null;
            GoldenCheck.Verify(manifest, golden, files[manifest.Golden], session, textEncoder);
            return new ModelPackage(directory, manifest, session, textEncoder);
        }
        catch (Exception e)
        {
            session?.Dispose();
            textEncoder?.Dispose();
            throw e is OnnxRuntimeException
                ? new ModelRefusedException(
                    $"{golden}: expected rows that {device.Name} can run through the graph, found: {FirstLine(e.Message)}", e)
                : e;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Session.Dispose();
        TextEncoder?.Dispose();
    }

    private static ModelSession Open(PackageFiles files, InferenceDevice device)
    {
        var (manifest, file) = (files.Manifest, Path.Combine(files.Directory, files.Manifest.Graph.File));
        try
        {
            return ModelSession.Open(
                files[manifest.Graph.File], manifest.Graph, device, session => GraphCheck.Verify(manifest, file, session));
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelRefusedException($"{file}: expected an ONNX graph that {device.Name} can run, found: {FirstLine(e.Message)}", e);
        }
    }

    private static string FirstLine(string text) => text.Split('\n', 2)[0];
}
