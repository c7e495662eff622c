using System.Buffers.Binary;
using Jianwei.Core.Contracts;

namespace Jianwei.Alerts.Shifts;

/// <summary>Bytes of a <see cref="ShiftState"/> in column <c>shift_states.state</c>; the model's name has its own column.</summary>
/// <remarks>
/// <code>
/// all little-endian; time = UTC ticks
/// 0  format u8 = 1, 2 with an outcome │ flags u8 (1 checkpoint, 2 last shift, 4 outcome)
///    │ band u8 │ announced u8 │ reference slot u8
/// 5  state version i64 │ time i64 │ log-odds f64 │ events i64
/// 37 stored: day i32 │ log-odds f64 │ band u8
/// 50 reference: version i64 │ time i64 │ probability f64 │ log-odds f64 │ band u8 │ events i64      (41 bytes)
/// 91 [checkpoint: the same 41 bytes] [last shift: time i64 │ band u8]
/// [outcome: event type u8 │ day i32]
/// </code>
/// </remarks>
public static class ShiftStateCodec
{
    private const byte Format = 1;

    // A program that knows of no outcomes must not drop one in silence.
    private const byte FormatWithOutcome = 2;
    private const byte HasCheckpoint = 1;
    private const byte HasShift = 2;
    private const byte HasOutcome = 4;

    public static byte[] Encode(ShiftState state)
    {
        var bytes = new byte[
            91 + (state.Checkpoint is null ? 0 : 41) + (state.LastShift is null ? 0 : 9) + (state.Outcome is null ? 0 : 5)];
        var to = new Cursor(bytes);
        to.Byte(state.Outcome is null ? Format : FormatWithOutcome);
        to.Byte(
            (state.Checkpoint is null ? 0 : HasCheckpoint)
            | (state.LastShift is null ? 0 : HasShift)
            | (state.Outcome is null ? 0 : HasOutcome));
        to.Byte(state.Band);
        to.Byte(state.Announced);
        to.Byte(state.ReferenceSlot);
        to.Long(state.StateVersion);
        to.Long(state.AsOf.UtcTicks);
        to.Double(state.LogOdds);
        to.Long(state.Events);
        to.Int(state.Stored.Day);
        to.Double(state.Stored.LogOdds);
        to.Byte(state.Stored.Band);
        Write(ref to, state.Reference);
        if (state.Checkpoint is { } checkpoint)
        {
            Write(ref to, checkpoint);
        }

        if (state.LastShift is { } shift)
        {
            to.Long(shift.AsOf.UtcTicks);
            to.Byte(shift.Band);
        }

        if (state.Outcome is { } outcome)
        {
            to.Byte((byte)outcome.Kind);
            to.Int(outcome.Day);
        }

        return bytes;
    }

    /// <exception cref="InvalidDataException">Another format than this program writes.</exception>
    public static ShiftState Decode(byte[] bytes, string model)
    {
        var from = new Cursor(bytes);
        if (bytes.Length < 91 || from.Byte() is not (Format or FormatWithOutcome))
        {
            throw new InvalidDataException(
                $"shift state of {bytes.Length} bytes is not of format {Format} or {FormatWithOutcome}: a newer program wrote it");
        }

        var flags = from.Byte();
        int band = from.Byte(), announced = from.Byte(), slot = from.Byte();
        return new()
        {
            Model = model,
            Band = band,
            Announced = announced,
            ReferenceSlot = slot,
            StateVersion = from.Long(),
            AsOf = from.Time(),
            LogOdds = from.Double(),
            Events = from.Long(),
            Stored = new(from.Int(), from.Double(), from.Byte()),
            Reference = ReadMark(ref from),
            Checkpoint = (flags & HasCheckpoint) != 0 ? ReadMark(ref from) : null,
            LastShift = (flags & HasShift) != 0 ? new(from.Time(), from.Byte()) : null,
            Outcome = (flags & HasOutcome) != 0 ? new((EventType)from.Byte(), from.Int()) : null,
        };
    }

    private static void Write(ref Cursor to, in Mark mark)
    {
        to.Long(mark.StateVersion);
        to.Long(mark.AsOf.UtcTicks);
        to.Double(mark.Probability);
        to.Double(mark.LogOdds);
        to.Byte(mark.Band);
        to.Long(mark.Events);
    }

    private static Mark ReadMark(ref Cursor from) =>
        new(from.Long(), from.Time(), from.Double(), from.Double(), from.Byte(), from.Long());

    private ref struct Cursor(Span<byte> bytes)
    {
        private readonly Span<byte> bytes = bytes;
        private int at;

        public byte Byte() => bytes[at++];

        public int Int() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

        public long Long() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

        public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Take(8));

        public DateTimeOffset Time() => new(Long(), TimeSpan.Zero);

        public void Byte(int value) => bytes[at++] = checked((byte)value);

        public void Int(int value) => BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);

        public void Long(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

        public void Double(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Take(8), value);

        private Span<byte> Take(int length)
        {
            at += length;
            return bytes.Slice(at - length, length);
        }
    }
}
