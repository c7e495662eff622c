using System.Numerics;
using Jianwei.Core.Contracts;

namespace Jianwei.Featurizer.Windows;

/// <summary>A set of event types, as a bit for each code below <see cref="Limit"/>: the catalogue knows no others.</summary>
internal struct TypeSet
{
    public const int Limit = 128;

    private ulong low;
    private ulong high;

    public readonly bool Any => (low | high) != 0;

    public static TypeSet Of(params ReadOnlySpan<EventType> types)
    {
        var set = default(TypeSet);
        foreach (var type in types)
        {
            set.Add((byte)type);
        }

        return set;
    }

    public void Add(byte type)
    {
        if (type < 64)
        {
            low |= 1UL << type;
        }
        else
        {
            high |= 1UL << (type - 64);
        }
    }

    public readonly TypeSet And(TypeSet other) => new() { low = low & other.low, high = high & other.high };

    /// <summary>Takes the type with the smallest code out; false where there is none.</summary>
    public bool TryTake(out int type)
    {
        if (low != 0)
        {
            type = BitOperations.TrailingZeroCount(low);
            low &= low - 1;
            return true;
        }

        type = 64 + BitOperations.TrailingZeroCount(high);
        if (high == 0)
        {
            return false;
        }

        high &= high - 1;
        return true;
    }
}
