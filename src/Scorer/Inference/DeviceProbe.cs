using Microsoft.ML.OnnxRuntime;

namespace Jianwei.Scorer.Inference;

/// <summary>
/// Runs the smallest graph there is (y = x, one float) on a device: a driver that does not fit shows here and not in service.
/// </summary>
internal static class DeviceProbe
{
    // ModelProto: ir_version 8; graph "g" of one Identity x -> y over a float32 scalar; opset 13.
    private static readonly byte[] Identity =
    [
        0x08, 0x08, 0x3A, 0x2F,
        0x0A, 0x10, 0x0A, 0x01, (byte)'x', 0x12, 0x01, (byte)'y', 0x22, 0x08, .. "Identity"u8,
        0x12, 0x01, (byte)'g',
        0x5A, 0x0B, 0x0A, 0x01, (byte)'x', 0x12, 0x06, 0x0A, 0x04, 0x08, 0x01, 0x12, 0x00,
        0x62, 0x0B, 0x0A, 0x01, (byte)'y', 0x12, 0x06, 0x0A, 0x04, 0x08, 0x01, 0x12, 0x00,
        0x42, 0x02, 0x10, 0x0D,
    ];

    /// <exception cref="DeviceUnavailableException">The device cannot run it.</exception>
    public static void Run(InferenceDevice device)
    {
        try
        {
            using var options = device.NewSessionOptions();
            using var session = new InferenceSession(Identity, options);
            using var input = OrtValue.CreateTensorValueFromMemory([1f], []);
            using var run = new RunOptions();
            using var outputs = session.Run(run, ["x"], [input], ["y"]);
            if (outputs[0].GetTensorDataAsSpan<float>()[0] is not 1f and var found)
            {
                throw new DeviceUnavailableException($"{device.Name} copied 1 as {found}");
            }
        }
        catch (OnnxRuntimeException e)
        {
            throw new DeviceUnavailableException($"{device.Name} cannot run a graph: {e.Message.Split('\n', 2)[0]}");
        }
    }
}
