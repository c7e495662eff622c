using System.Buffers;
using System.Runtime.InteropServices;
using Jianwei.Core.Contracts.Raw;
using Jianwei.Simulator.Narration;
using Jianwei.Simulator.World;
using Microsoft.Win32.SafeHandles;

namespace Jianwei.Simulator.Output;

/// <summary>
/// Puts messages that come in any order into order of observed time with memory for one slice of time: each slice has a file, to which
/// blocks of companies append and which is sorted on its own when all is there.
/// <code>
/// record: i64 observed · i32 company · i32 sequence · i32 bytes · message
/// </code>
/// </summary>
internal sealed class EventSpool : IDisposable
{
    private const int HeaderSize = 20;
    private const int MostSlices = 400;

    // What a company says in a month, about; only the size of slices depends on it.
    private const long BytesOfCompanyMonth = 1_000;
    private const long SliceBytes = 24 << 20;

    private readonly string folder;
    private readonly long start;
    private readonly long width;
    private readonly SafeFileHandle[] files;
    private readonly long[] lengths;

    public EventSpool(string folder, Calendar calendar, int companies)
    {
        this.folder = folder;
        Directory.CreateDirectory(folder);
        var slices = (int)Math.Clamp(BytesOfCompanyMonth * companies * calendar.Months / SliceBytes, 1, MostSlices);
        start = calendar.Start(0);
        width = ((calendar.End - start) / slices) + 1;
        files = [.. Enumerable.Range(0, slices).Select(s => File.OpenHandle(PathOf(s), FileMode.Create, FileAccess.ReadWrite))];
        lengths = new long[slices];
    }

    public int Slices => files.Length;

    /// <summary>Appends messages. Any thread.</summary>
    public void Add(List<Delivery> deliveries)
    {
        foreach (var slice in deliveries.GroupBy(d => (int)((d.Observed - start) / width)))
        {
            var buffer = new ArrayBufferWriter<byte>();
            foreach (var delivery in slice)
            {
                Write(buffer, delivery);
            }

            // Each writer takes its own part of the file: the order of parts does not matter, as they are sorted later.
            var offset = Interlocked.Add(ref lengths[slice.Key], buffer.WrittenCount) - buffer.WrittenCount;
            RandomAccess.Write(files[slice.Key], buffer.WrittenSpan, offset);
        }
    }

    /// <summary>A slice's messages in order, one a line, into a stream; the slice is gone afterwards. Returns how many.</summary>
    public int Drain(int slice, Stream output)
    {
        var bytes = new byte[lengths[slice]];
        for (var read = 0; read < bytes.Length;)
        {
            read += RandomAccess.Read(files[slice], bytes.AsSpan(read), read);
        }

        var places = Places(bytes);
        places.Sort();
        foreach (var place in places)
        {
            output.Write(bytes, place.Offset, place.Length);
            output.WriteByte((byte)'\n');
        }

        files[slice].Dispose();
        File.Delete(PathOf(slice));
        return places.Count;
    }

    public void Dispose()
    {
        foreach (var file in files)
        {
            file.Dispose();
        }

        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Write(ArrayBufferWriter<byte> buffer, Delivery delivery)
    {
        var message = RawWire.Write(delivery.Message);
        var header = buffer.GetSpan(HeaderSize);
        MemoryMarshal.Write(header, delivery.Observed);
        MemoryMarshal.Write(header[8..], delivery.Company);
        MemoryMarshal.Write(header[12..], delivery.Sequence);
        MemoryMarshal.Write(header[16..], message.Length);
        buffer.Advance(HeaderSize);
        buffer.Write(message);
    }

    private static List<Place> Places(ReadOnlySpan<byte> bytes)
    {
        var places = new List<Place>();
        for (var at = 0; at < bytes.Length;)
        {
            var header = bytes[at..];
            var length = MemoryMarshal.Read<int>(header[16..]);
            places.Add(new(
                MemoryMarshal.Read<long>(header), MemoryMarshal.Read<int>(header[8..]), MemoryMarshal.Read<int>(header[12..]),
                at + HeaderSize, length));
            at += HeaderSize + length;
        }

        return places;
    }

    private string PathOf(int slice) => Path.Combine(folder, $"{slice:D3}.spool");

    private readonly record struct Place(long Observed, int Company, int Sequence, int Offset, int Length) : IComparable<Place>
    {
        public int CompareTo(Place other) => Observed != other.Observed ? Observed.CompareTo(other.Observed)
            : Company != other.Company ? Company.CompareTo(other.Company)
            : Sequence.CompareTo(other.Sequence);
    }
}
