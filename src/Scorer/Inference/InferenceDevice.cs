using Microsoft.ML.OnnxRuntime;

namespace Jianwei.Scorer.Inference;

/// <summary>What sessions run on: the CPU, or one CUDA device that has run a graph.</summary>
public sealed class InferenceDevice
{
    // Operators inside one run; a Scorer scales by lanes and processes, so one is right.
    private const int DefaultThreads = 1;

    private readonly OrtEpDevice? _provider;
    private readonly int _threads;

    private InferenceDevice(string name, string why, int threads, OrtEpDevice? provider)
    {
        Name = name;
        Why = why;
        _threads = threads;
        _provider = provider;
    }

    /// <summary><c>cpu</c> or <c>cuda:N</c>.</summary>
    public string Name { get; }

    /// <summary>Why this device and no other, for the log.</summary>
    public string Why { get; }

    /// <summary>
    /// Whether several threads may well run a session at a time: on the CPU. A CUDA device is kept busy by one, and more would take turns.
    /// </summary>
    public bool RunsSideBySide => _provider is null;

    /// <summary>The CPU with this many threads inside a run.</summary>
    public static InferenceDevice Cpu(int threads = DefaultThreads, string why = "asked for") => new("cpu", why, threads, null);

    /// <summary>The device that a choice comes to on this machine.</summary>
    /// <exception cref="DeviceUnavailableException">CUDA was asked for and cannot serve.</exception>
    public static InferenceDevice Select(DeviceChoice choice, int threads = DefaultThreads)
    {
        if (choice.Cuda is not { } index)
        {
            return Cpu(threads);
        }

        try
        {
            return Cuda(index, threads, choice.Cpu);
        }
        catch (DeviceUnavailableException e) when (choice.Cpu)
        {
            return Cpu(threads, $"CUDA cannot serve: {e.Message}");
        }
    }

    /// <summary>Options for a new session on this device; the caller disposes them.</summary>
    public SessionOptions NewSessionOptions()
    {
        var options = new SessionOptions
        {
            IntraOpNumThreads = _threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        // Threads that spin between runs would take the cores from the other stages.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        if (_provider is not null)
        {
            options.AppendExecutionProvider(OrtEnv.Instance(), [_provider], null);
        }

        return options;
    }

    private static InferenceDevice Cuda(int index, int threads, bool auto)
    {
        var devices = CudaPlugin.Devices();
        if (index >= devices.Count)
        {
            throw new DeviceUnavailableException($"cuda:{index} is not among the {devices.Count} CUDA devices that ONNX Runtime sees");
        }

        var device = new InferenceDevice($"cuda:{index}", auto ? "it works here" : "asked for", threads, devices[index]);
        DeviceProbe.Run(device);
        return device;
    }
}
