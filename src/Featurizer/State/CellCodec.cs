using System.Buffers.Binary;
using Jianwei.Core.Contracts;

namespace Jianwei.Featurizer.State;

/// <summary>Packed cells, as long as what they hold: never longer than the records of their events would be.</summary>
internal static class CellCodec
{
    private const int BaseSize = 6;
    private const int OneAmountSize = 8;
    private const int AmountsSize = 24;

    [Flags]
    private enum Kind : byte
    {
        None = 0,
        OneAmount = 1,
        Amounts = 2,
        WideCount = 4,
    }

    public static int SizeOf(ReadOnlySpan<Cell> cells)
    {
        var size = 0;
        foreach (ref readonly var cell in cells)
        {
            size += SizeOf(KindOf(cell.Tally));
        }

        return size;
    }

    /// <summary>Writes a cell and returns its length.</summary>
    public static int Write(Span<byte> to, in Cell cell)
    {
        ref readonly var tally = ref cell.Tally;
        var kind = KindOf(tally);
        to[0] = (byte)cell.Type;
        to[1] = (byte)kind;
        BinaryPrimitives.WriteUInt16LittleEndian(to[2..], tally.Days.Last);
        BinaryPrimitives.WriteUInt16LittleEndian(to[4..], tally.Days.First);
        var at = BaseSize;
        if (kind.HasFlag(Kind.WideCount))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(to[at..], tally.Days.Count);
            at += 4;
        }
        else
        {
            BinaryPrimitives.WriteUInt16LittleEndian(to[at..], (ushort)tally.Days.Count);
            at += 2;
        }

        if (kind.HasFlag(Kind.OneAmount))
        {
            BinaryPrimitives.WriteSingleLittleEndian(to[at..], tally.Amounts.Last);
            BinaryPrimitives.WriteUInt32LittleEndian(to[(at + 4)..], tally.Amounts.LastTime);
        }
        else if (kind.HasFlag(Kind.Amounts))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(to[at..], tally.Amounts.Count);
            BinaryPrimitives.WriteDoubleLittleEndian(to[(at + 4)..], tally.Amounts.Sum);
            BinaryPrimitives.WriteSingleLittleEndian(to[(at + 12)..], tally.Amounts.Max);
            BinaryPrimitives.WriteSingleLittleEndian(to[(at + 16)..], tally.Amounts.Last);
            BinaryPrimitives.WriteUInt32LittleEndian(to[(at + 20)..], tally.Amounts.LastTime);
        }

        return SizeOf(kind);
    }

    /// <summary>Reads as many cells as there is room for and returns what follows them.</summary>
    /// <exception cref="InvalidDataException">The bytes end too early or are of no known kind.</exception>
    public static ReadOnlySpan<byte> Read(ReadOnlySpan<byte> from, Span<Cell> cells, bool daily)
    {
        foreach (ref var cell in cells)
        {
            var kind = from.Length > BaseSize ? (Kind)from[1] : throw Short();
            var size = SizeOf(kind);
            if ((byte)kind > 6 || kind.HasFlag(Kind.OneAmount | Kind.Amounts))
            {
                throw new InvalidDataException($"a company's state has a cell of kind {(byte)kind}");
            }

            cell = from.Length < size ? throw Short() : ReadOne(from, kind, daily);
            from = from[size..];
        }

        return from;
    }

    private static Cell ReadOne(ReadOnlySpan<byte> from, Kind kind, bool daily)
    {
        var tally = Tally.Empty;
        tally.Days.Last = BinaryPrimitives.ReadUInt16LittleEndian(from[2..]);
        tally.Days.First = BinaryPrimitives.ReadUInt16LittleEndian(from[4..]);
        var wide = kind.HasFlag(Kind.WideCount);
        tally.Days.Count = wide
            ? BinaryPrimitives.ReadUInt32LittleEndian(from[BaseSize..])
            : BinaryPrimitives.ReadUInt16LittleEndian(from[BaseSize..]);
        from = from[..SizeOf(kind)];
        var amounts = from[(BaseSize + (wide ? 4 : 2))..];
        var (type, day) = ((EventType)from[0], daily ? tally.Days.Last : (ushort)0);
        if (kind.HasFlag(Kind.OneAmount))
        {
            tally.Amounts.Count = 1;
            tally.Amounts.Last = BinaryPrimitives.ReadSingleLittleEndian(amounts);
            tally.Amounts.LastTime = BinaryPrimitives.ReadUInt32LittleEndian(amounts[4..]);
            (tally.Amounts.Sum, tally.Amounts.Max) = (tally.Amounts.Last, tally.Amounts.Last);
        }
        else if (kind.HasFlag(Kind.Amounts))
        {
            tally.Amounts.Count = BinaryPrimitives.ReadUInt32LittleEndian(amounts);
            tally.Amounts.Sum = BinaryPrimitives.ReadDoubleLittleEndian(amounts[4..]);
            tally.Amounts.Max = BinaryPrimitives.ReadSingleLittleEndian(amounts[12..]);
            tally.Amounts.Last = BinaryPrimitives.ReadSingleLittleEndian(amounts[16..]);
            tally.Amounts.LastTime = BinaryPrimitives.ReadUInt32LittleEndian(amounts[20..]);
        }

        return new(day, type, tally);
    }

    private static Kind KindOf(in Tally tally) =>
        (tally.Amounts.Count switch { 0 => Kind.None, 1 => Kind.OneAmount, _ => Kind.Amounts })
        | (tally.Days.Count > ushort.MaxValue ? Kind.WideCount : Kind.None);

    private static int SizeOf(Kind kind) =>
        BaseSize + (kind.HasFlag(Kind.WideCount) ? 4 : 2)
        + (kind.HasFlag(Kind.OneAmount) ? OneAmountSize : kind.HasFlag(Kind.Amounts) ? AmountsSize : 0);

    private static InvalidDataException Short() => new("a company's state ends in the middle of a cell");
}
