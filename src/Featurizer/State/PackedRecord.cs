using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Jianwei.Core.Contracts;

namespace Jianwei.Featurizer.State;

/// <summary>An <see cref="EventRecord"/> as it lies in <see cref="StateCodec"/>'s bytes: 18 bytes, little-endian, no padding.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly struct PackedRecord
{
    public const int Size = 18;

    private readonly uint eventTime;
    private readonly uint observedTime;
    private readonly byte type;
    private readonly uint amount;
    private readonly uint idLow;
    private readonly byte idHigh;

    private PackedRecord(in EventRecord record) => (eventTime, observedTime, type, amount, idLow, idHigh) =
        (Little(record.EventTime), Little(record.ObservedTime), (byte)record.Type,
        Little(BitConverter.SingleToUInt32Bits(record.Amount)), Little((uint)record.Id), (byte)(record.Id >> 32));

    private EventRecord Record => new(
        Little(eventTime), Little(observedTime), (EventType)type,
        BitConverter.UInt32BitsToSingle(Little(amount)), Little(idLow) | ((ulong)idHigh << 32));

    /// <summary>Writes records and returns what follows them.</summary>
    public static Span<byte> Write(Span<byte> to, ReadOnlySpan<EventRecord> records)
    {
        var packed = MemoryMarshal.Cast<byte, PackedRecord>(to[..(records.Length * Size)]);
        for (var i = 0; i < packed.Length; i++)
        {
            packed[i] = new(records[i]);
        }

        return to[(records.Length * Size)..];
    }

    /// <summary>Reads as many records as there is room for and returns what follows them.</summary>
    public static ReadOnlySpan<byte> Read(ReadOnlySpan<byte> from, Span<EventRecord> records)
    {
        var packed = MemoryMarshal.Cast<byte, PackedRecord>(from[..(records.Length * Size)]);
        for (var i = 0; i < packed.Length; i++)
        {
            records[i] = packed[i].Record;
        }

        return from[(records.Length * Size)..];
    }

    private static uint Little(uint value) => BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
}
