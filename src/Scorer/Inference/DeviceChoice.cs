using System.Globalization;

namespace Jianwei.Scorer.Inference;

/// <summary>Setting <c>Scorer:Device</c>: <c>auto</c> (CUDA where it works, else the CPU), <c>cpu</c>, or <c>cuda:N</c>.</summary>
/// <param name="Cpu">Whether the CPU may serve.</param>
/// <param name="Cuda">The CUDA device that may serve, or null.</param>
public readonly record struct DeviceChoice(bool Cpu, int? Cuda)
{
    /// <summary>What the setting may look like, as a regular expression.</summary>
    public const string Pattern = "^(auto|cpu|cuda(:[0-9]{1,2})?)$";

    public static DeviceChoice Auto => new(Cpu: true, Cuda: 0);

    /// <exception cref="FormatException">The text is none of the three forms.</exception>
    public static DeviceChoice Parse(string text) => text switch
    {
        "auto" => Auto,
        "cpu" => new(Cpu: true, Cuda: null),
        "cuda" => new(Cpu: false, Cuda: 0),
        _ when text.StartsWith("cuda:", StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var index) => new(Cpu: false, index),
        _ => throw new FormatException($"Scorer:Device is '{text}'; allowed: auto, cpu, cuda:N"),
    };
}
