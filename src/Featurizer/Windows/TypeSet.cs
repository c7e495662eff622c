using System.Numerics;

namespace Jianwei.Featurizer.Windows;

/// <summary>A set of event types, as a bit for each code below 128: the catalogue knows no others.</summary>
internal struct TypeSet
{
    private ulong low;
    private ulong high;

    public readonly int Count => BitOperations.PopCount(low) + BitOperations.PopCount(high);

    public static TypeSet Of(byte type) => type < 64 ? new() { low = 1UL << type } : type < 128 ? new() { high = 1UL << (type - 64) } : default;

    public void Add(TypeSet other)
    {
        low |= other.low;
        high |= other.high;
    }

    public readonly bool Overlaps(TypeSet other) => ((low & other.low) | (high & other.high)) != 0;
}
