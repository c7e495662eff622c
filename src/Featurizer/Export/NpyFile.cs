using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Jianwei.Featurizer.Export;

/// <summary>
/// A NumPy array file (<c>.npy</c>, format 1.0) that grows row by row: little-endian, C order. The header is written with
/// the number of rows by <see cref="Complete"/>; before that the file is not readable.
/// </summary>
/// <remarks>Memory is one buffer, whatever the number of rows.</remarks>
public sealed class NpyFile<T> : INpyFile
    where T : unmanaged
{
    private const int HeaderSize = 128;

    private readonly SafeFileHandle file;
    private readonly T[] buffer;
    private readonly int width;
    private long written;
    private int filled;

    /// <param name="path">The file, which must not exist unless rows of it are kept.</param>
    /// <param name="width">Elements of a row; 0 for an array of one dimension.</param>
    /// <param name="kept">Rows that the file has from an earlier <see cref="Save"/>; what is behind them is replaced.</param>
    /// <exception cref="InvalidDataException">The file has fewer rows.</exception>
    public NpyFile(string path, int width = 0, long kept = 0)
    {
        file = File.OpenHandle(path, kept > 0 ? FileMode.Open : FileMode.CreateNew, FileAccess.Write);
        this.width = width;
        var row = Math.Max(1, width);
        buffer = new T[Math.Max(1, 65_536 / row) * row];
        written = kept * row;
        if (kept > 0 && RandomAccess.GetLength(file) < PositionOf(written))
        {
            file.Dispose();
            throw new InvalidDataException($"{path} has fewer than the {kept} rows that it should keep");
        }
    }

    /// <summary>Rows so far.</summary>
    public long Rows => (written + filled) / Math.Max(1, width);

    /// <summary>Adds a row, or of an array of one dimension as many elements as are given: at most 65,536.</summary>
    public void Append(ReadOnlySpan<T> row)
    {
        if (filled + row.Length > buffer.Length)
        {
            Flush();
        }

        row.CopyTo(buffer.AsSpan(filled));
        filled += row.Length;
    }

    /// <summary>Replaces an element of an array of one dimension.</summary>
    public void Set(long row, T value)
    {
        if (row >= written)
        {
            buffer[row - written] = value;
            return;
        }

        RandomAccess.Write(file, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)), PositionOf(row));
    }

    /// <summary>Brings what was added onto the disk.</summary>
    public void Save()
    {
        Flush();
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>Writes what is buffered and the header.</summary>
    public void Complete()
    {
        Flush();
        RandomAccess.SetLength(file, PositionOf(written));
        var shape = width == 0 ? $"({Rows},)" : $"({Rows}, {width})";
        var text = $"{{'descr': '{Descr()}', 'fortran_order': False, 'shape': {shape}, }}";
        var header = new byte[HeaderSize];
        header[0] = 0x93;
        Encoding.ASCII.GetBytes("NUMPY").CopyTo(header, 1);
        header[6] = 1;
        header[8] = HeaderSize - 10;
        Encoding.ASCII.GetBytes(text.PadRight(HeaderSize - 11) + "\n").CopyTo(header, 10);
        RandomAccess.Write(file, header, 0);
    }

    public void Dispose() => file.Dispose();

    private static string Descr() => default(T) switch
    {
        float => "<f4",
        long => "<i8",
        int => "<i4",
        ushort => "<u2",
        sbyte => "|i1",
        byte => "|u1",
        _ => throw new NotSupportedException($"no NumPy type for {typeof(T).Name}; allowed: float, long, int, ushort, sbyte, byte"),
    };

    private unsafe long PositionOf(long element) => HeaderSize + (element * sizeof(T));

    private void Flush()
    {
        RandomAccess.Write(file, MemoryMarshal.AsBytes(buffer.AsSpan(0, filled)), PositionOf(written));
        written += filled;
        filled = 0;
    }
}

/// <summary>A <see cref="NpyFile{T}"/> of whatever type.</summary>
public interface INpyFile : IDisposable
{
    /// <inheritdoc cref="NpyFile{T}.Complete"/>
    void Complete();
}
