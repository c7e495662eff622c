using System.Runtime.InteropServices;
using System.Text;

namespace Jianwei.Simulator.Truth;

/// <summary>A NumPy file (<c>.npy</c>, format 1.0) of <see cref="TruthRow"/>s: <c>numpy.load</c> gives a structured array.</summary>
internal sealed class RowFile(string path) : IDisposable
{
    private const int HeaderSize = 384;

    private readonly FileStream file = Start(path);

    public long Rows { get; private set; }

    public void Append(ReadOnlySpan<TruthRow> rows)
    {
        file.Write(MemoryMarshal.AsBytes(rows));
        Rows += rows.Length;
    }

    /// <summary>Writes the header; before that the file is not readable.</summary>
    public void Complete()
    {
        var text = $"{{'descr': {TruthRow.Descr}, 'fortran_order': False, 'shape': ({Rows},), }}";
        var header = new byte[HeaderSize];
        header[0] = 0x93;
        Encoding.ASCII.GetBytes("NUMPY").CopyTo(header, 1);
        header[6] = 1;
        MemoryMarshal.Write(header.AsSpan(8), (ushort)(HeaderSize - 10));
        Encoding.ASCII.GetBytes(text.PadRight(HeaderSize - 11) + "\n").CopyTo(header, 10);
        file.Position = 0;
        file.Write(header);
        file.Flush();
    }

    public void Dispose() => file.Dispose();

    private static FileStream Start(string path)
    {
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 18);
        file.Write(new byte[HeaderSize]);
        return file;
    }
}
