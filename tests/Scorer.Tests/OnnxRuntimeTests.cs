using Microsoft.ML.OnnxRuntime;

namespace Jianwei.Scorer;

/// <summary>The native library that <c>native/</c> supplies loads, and runs a graph with a dynamic first axis.</summary>
public sealed class OnnxRuntimeTests
{
    // y = x + x over float[n], opset 13
    private const string Doubling =
        "CAgSADo3Cg4KAXgKAXgSAXkiA0FkZBIBZ1oQCgF4EgsKCQgBEgUKAxIBbmIQCgF5EgsKCQgBEgUKAxIBbkIECgAQDQ==";

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public void Session_RunsABatchOfAnySize(int rows)
    {
        using var session = new InferenceSession(Convert.FromBase64String(Doubling));
        using var x = OrtValue.CreateTensorValueFromMemory(Enumerable.Range(0, rows).Select(i => (float)i).ToArray(), [rows]);
        using var run = new RunOptions();
        using var outputs = session.Run(run, ["x"], [x], ["y"]);
        Assert.Equal(2f * (rows - 1), outputs[0].GetTensorDataAsSpan<float>()[rows - 1]);
    }
}
