using System.Buffers.Binary;

namespace Jianwei.Featurizer.State;

/// <summary>
/// The packed form of <see cref="CompanyState"/>: little-endian, no padding. It never has more than 40 bytes and 18 for each event.
/// <code>
/// header, 40 bytes
///  0  u8  format (1)     1  u8  0            2 u16 partition      4 u32 state version
///  8  i64 offset        16 u32 stream time  20 u32 folded through
/// 24 u16 sources        26 u16 records      28 u16 day cells     30 u16 lifetime cells
/// 32 u64 text hash
/// record, 18 bytes:   u32 event time · u32 observed time · u8 type · f32 amount · u40 id
/// cell:               u8 type · u8 kind · u16 last day · u16 first day · u16 or u32 count, then
///                     one amount: f32 amount · u32 event time; more: u32 amounts · f64 sum · f32 max · f32 last · u32 last time
/// </code>
/// </summary>
public static class StateCodec
{
    public const byte Format = 1;
    public const int HeaderSize = 40;
    public const int RecordSize = PackedRecord.Size;

    public static byte[] Encode(CompanyState state)
    {
        var records = state.Records;
        var days = state.DayCells;
        var lifetime = state.LifetimeCells;
        var bytes = new byte[HeaderSize + (records.Length * RecordSize) + CellCodec.SizeOf(days) + CellCodec.SizeOf(lifetime)];
        var to = bytes.AsSpan();
        to[0] = Format;
        BinaryPrimitives.WriteUInt16LittleEndian(to[2..], state.Partition);
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], state.Version);
        BinaryPrimitives.WriteInt64LittleEndian(to[8..], state.Offset);
        BinaryPrimitives.WriteUInt32LittleEndian(to[16..], state.StreamTime);
        BinaryPrimitives.WriteUInt32LittleEndian(to[20..], state.FoldedThrough);
        BinaryPrimitives.WriteUInt16LittleEndian(to[24..], state.Sources);
        BinaryPrimitives.WriteUInt16LittleEndian(to[26..], (ushort)records.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(to[28..], (ushort)days.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(to[30..], (ushort)lifetime.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(to[32..], state.TextHash);
        to = PackedRecord.Write(to[HeaderSize..], records);

        foreach (ref readonly var cell in days)
        {
            to = to[CellCodec.Write(to, cell)..];
        }

        foreach (ref readonly var cell in lifetime)
        {
            to = to[CellCodec.Write(to, cell)..];
        }

        return bytes;
    }

    /// <exception cref="InvalidDataException">The bytes are not a state of this format.</exception>
    public static CompanyState Decode(ReadOnlySpan<byte> from)
    {
        var state = new CompanyState();
        Decode(from, state);
        return state;
    }

    /// <summary>Reads into a state that is empty.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a state of this format.</exception>
    internal static void Decode(ReadOnlySpan<byte> from, CompanyState state)
    {
        DecodeHeader(from, state);
        var count = BinaryPrimitives.ReadUInt16LittleEndian(from[26..]);
        var (days, lifetime) = (BinaryPrimitives.ReadUInt16LittleEndian(from[28..]), BinaryPrimitives.ReadUInt16LittleEndian(from[30..]));
        if (from.Length < HeaderSize + (count * RecordSize))
        {
            throw new InvalidDataException($"a company's state has {from.Length} bytes, too few for the {count} records of its header");
        }

        from = PackedRecord.Read(from[HeaderSize..], state.Load(count));
        from = CellCodec.Read(from, state.LoadDays(days), daily: true);
        from = CellCodec.Read(from, state.LoadLifetime(lifetime), daily: false);
        if (from.Length > 0)
        {
            throw new InvalidDataException($"a company's state has {from.Length} bytes more than its header says");
        }

        Check(state);
    }

    // What the windows lean on: damaged bytes must not become wrong ages.
    private static void Check(CompanyState state)
    {
        var (observed, newest) = (state.FoldedThrough > 0 ? state.FoldedThrough + 1 : 0, state.StreamTime);
        foreach (ref readonly var record in state.Records)
        {
            if (record.ObservedTime < observed || record.ObservedTime > newest || record.EventTime > record.ObservedTime)
            {
                throw new InvalidDataException(
                    $"a company's state has a record observed at {record.ObservedTime} of an event at {record.EventTime}"
                    + $", where {observed} to {newest} comes next");
            }

            observed = record.ObservedTime;
        }

        Check(state.DayCells, state.StreamDay);
        Check(state.LifetimeCells, 0);
    }

    private static void Check(ReadOnlySpan<Cell> cells, int lastDay)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            if (cells[i].Day > lastDay || (i > 0 && cells[i].Order <= cells[i - 1].Order))
            {
                throw new InvalidDataException(
                    $"a company's state has a cell of day {cells[i].Day} and type {(byte)cells[i].Type} out of place");
            }
        }
    }

    /// <summary>The header alone, for who needs no records.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a state of this format.</exception>
    public static CompanyState DecodeHeader(ReadOnlySpan<byte> from)
    {
        var state = new CompanyState();
        DecodeHeader(from, state);
        return state;
    }

    private static void DecodeHeader(ReadOnlySpan<byte> from, CompanyState state)
    {
        if (from.Length < HeaderSize || from[0] != Format)
        {
            throw new InvalidDataException(
                $"not a company's state of format {Format}: {from.Length} bytes, the first is {(from.Length > 0 ? from[0] : -1)}");
        }

        state.Partition = BinaryPrimitives.ReadUInt16LittleEndian(from[2..]);
        state.Version = BinaryPrimitives.ReadUInt32LittleEndian(from[4..]);
        state.Offset = BinaryPrimitives.ReadInt64LittleEndian(from[8..]);
        state.StreamTime = BinaryPrimitives.ReadUInt32LittleEndian(from[16..]);
        state.FoldedThrough = BinaryPrimitives.ReadUInt32LittleEndian(from[20..]);
        state.Sources = BinaryPrimitives.ReadUInt16LittleEndian(from[24..]);
        state.TextHash = BinaryPrimitives.ReadUInt64LittleEndian(from[32..]);
    }
}
