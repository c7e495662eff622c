using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Jianwei.Ingest.Replay;

/// <summary>
/// A file's messages in order of observed time. One pass finds out whether the file is in order; if it is, it is then read as
/// a stream, else its messages are sorted in memory. What has no time keeps its place after what is before it in the file.
/// </summary>
public sealed class ReplayFile
{
    /// <summary>Most refused lines that are kept in words.</summary>
    public const int RefusalLimit = 20;

    private readonly IReplayFormat format;
    private readonly string path;

    private ReplayFile(IReplayFormat format, string path, string digest) => (this.format, this.path, Digest) = (format, path, digest);

    /// <summary>SHA-256 of the file, lower-case hexadecimal.</summary>
    public string Digest { get; }

    /// <summary>Messages in it.</summary>
    public long Total { get; private set; }

    /// <summary>Lines that make no message.</summary>
    public long Refused { get; private set; }

    /// <summary>The first of them: <c>file:line: reason</c>.</summary>
    public List<string> Refusals { get; } = [];

    /// <summary>Whether it has to be sorted.</summary>
    public bool Sorted { get; private set; }

    /// <summary>Reads the file once.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not of the format.</exception>
    public static ReplayFile Open(IReplayFormat format, string path, CancellationToken cancellation)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"there is no file {path}", path);
        }

        using var stream = File.OpenRead(path);
        var file = new ReplayFile(format, path, Convert.ToHexStringLower(SHA256.HashData(stream)));
        var latest = DateTimeOffset.MinValue;
        foreach (var row in file.Lines(cancellation))
        {
            if (row.Refusal is { } reason)
            {
                file.Refused++;
                if (file.Refusals.Count < RefusalLimit)
                {
                    file.Refusals.Add($"{path}:{row.Line}: {reason}");
                }

                continue;
            }

            file.Total++;
            file.Sorted |= row.Observed < latest;
            latest = row.Observed ?? latest;
        }

        return file;
    }

    /// <summary>Its messages in order of observed time, without refused lines.</summary>
    public IEnumerable<ReplayRow> Rows(CancellationToken cancellation)
    {
        var rows = Lines(cancellation).Where(row => row.Refusal is null);
        return Sorted ? InOrder(rows) : rows;
    }

    private static IEnumerable<ReplayRow> InOrder(IEnumerable<ReplayRow> rows)
    {
        var latest = DateTimeOffset.MinValue;
        return rows.Select(row => (Row: row, At: latest = row.Observed ?? latest)).ToList().OrderBy(r => r.At).Select(r => r.Row);
    }

    private IEnumerable<ReplayRow> Lines(CancellationToken cancellation)
    {
        using var stream = File.OpenRead(path);
        using var plain = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(stream, CompressionMode.Decompress)
            : (Stream)stream;
        using var reader = new StreamReader(plain, new UTF8Encoding(false));
        using var rows = format.Read(reader).GetEnumerator();
        while (Next(rows))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return rows.Current;
        }
    }

    private bool Next(IEnumerator<ReplayRow> rows)
    {
        try
        {
            return rows.MoveNext();
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
        catch (CsvHelper.CsvHelperException e)
        {
            throw new InvalidDataException($"{path}:{e.Context?.Parser?.RawRow}: {e.Message.Split('\n')[0]}", e);
        }
    }
}
