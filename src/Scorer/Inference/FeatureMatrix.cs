using System.Runtime.InteropServices;

namespace Jianwei.Scorer.Inference;

/// <summary>
/// A (capacity, width) float32 matrix, rows side by side, that stays where it is in memory: rows are decoded straight into
/// it and ONNX Runtime reads it in place.
/// </summary>
public sealed class FeatureMatrix
{
    private readonly float[] _values;

    public FeatureMatrix(int capacity, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        (Capacity, Width) = (capacity, width);
        _values = GC.AllocateArray<float>(checked(capacity * width), pinned: true);
    }

    /// <summary>Rows that fit.</summary>
    public int Capacity { get; }

    /// <summary>Values of a row.</summary>
    public int Width { get; }

    /// <summary>One row, to be read or written.</summary>
    public Span<float> Row(int index) => _values.AsSpan(index * Width, Width);

    /// <summary>The rows [first, first + count), one after the other.</summary>
    public Span<float> Rows(int first, int count) => _values.AsSpan(first * Width, count * Width);

    /// <summary>Address of a row's first value, good while this object is alive.</summary>
    internal nint Address(int row) => Marshal.UnsafeAddrOfPinnedArrayElement(_values, row * Width);
}
