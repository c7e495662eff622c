using System.Numerics;
using System.Runtime.InteropServices;

namespace Jianwei.Scorer.Batching;

/// <summary>Looks for NaN and infinities.</summary>
internal static class FiniteValues
{
    // IEEE 754 binary32: every exponent bit set is an infinity or NaN.
    private const uint Exponent = 0x7F80_0000;

    /// <summary>Index of the first value that is not finite, or -1.</summary>
    public static int IndexOfNotFinite(ReadOnlySpan<float> values)
    {
        var bits = MemoryMarshal.Cast<float, uint>(values);
        var vectors = MemoryMarshal.Cast<uint, Vector<uint>>(bits);
        var mask = new Vector<uint>(Exponent);
        for (var i = 0; i < vectors.Length; i++)
        {
            if (Vector.EqualsAny(vectors[i] & mask, mask))
            {
                return IndexFrom(values, i * Vector<uint>.Count);
            }
        }

        return IndexFrom(values, vectors.Length * Vector<uint>.Count);
    }

    private static int IndexFrom(ReadOnlySpan<float> values, int start)
    {
        for (var i = start; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
