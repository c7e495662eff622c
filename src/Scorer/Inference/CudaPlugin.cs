using Microsoft.ML.OnnxRuntime;

namespace Jianwei.Scorer.Inference;

/// <summary>ONNX Runtime's CUDA provider as a plug-in library beside the program; registered once a process.</summary>
internal static class CudaPlugin
{
    private const string LibraryName = "libonnxruntime_providers_cuda.so";
    private const string RegistrationName = "jianwei-cuda";

    private static readonly Lock Gate = new();
    private static bool _registered;

    /// <summary>The devices that the plug-in offers, in its order.</summary>
    /// <exception cref="DeviceUnavailableException">There is no plug-in, or it cannot be loaded.</exception>
    public static IReadOnlyList<OrtEpDevice> Devices()
    {
        lock (Gate)
        {
            if (!_registered)
            {
                Register(Find());
                _registered = true;
            }
        }

        return [.. OrtEnv.Instance().GetEpDevices().Where(d => d.EpName.Contains("CUDA", StringComparison.OrdinalIgnoreCase))];
    }

    private static string Find()
    {
        string[] folders = [AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native")];
        return folders.Select(folder => Path.Combine(folder, LibraryName)).FirstOrDefault(File.Exists)
            ?? throw new DeviceUnavailableException($"{LibraryName} is not beside the program ({AppContext.BaseDirectory})");
    }

    private static void Register(string library)
    {
        try
        {
            OrtEnv.Instance().RegisterExecutionProviderLibrary(RegistrationName, library);
        }
        catch (OnnxRuntimeException e)
        {
            throw new DeviceUnavailableException($"{LibraryName} cannot be loaded: {e.Message.Split('\n', 2)[0]}");
        }
    }
}

/// <summary>A device cannot serve; the message says why.</summary>
public sealed class DeviceUnavailableException(string why) : Exception(why);
