using System.Globalization;
using System.IO.Compression;
using System.Text;
using Jianwei.Core.Contracts.Raw;
using Jianwei.Ingest.Events;
using Jianwei.Ingest.Replay;

namespace Jianwei.App.Tokenizing;

/// <summary>Something to learn a vocabulary from: <c>FORMAT:PATH[@WEIGHT]</c>.</summary>
/// <param name="Format"><c>words</c>, <c>text</c>, or a format of replay.</param>
/// <param name="Path">A file; <c>.gz</c> is unpacked.</param>
/// <param name="Weight">What its counts are multiplied by.</param>
internal sealed record CorpusInput(string Format, string Path, double Weight)
{
    public const string Words = "words";
    private const string PlainText = "text";

    // A line without end would fill memory.
    private const int LongestLine = 64 << 20;

    public static string Allowed { get; } =
        $"{Words}:FILE, {PlainText}:FILE, {string.Join(", ", ReplayFormats.All.Select(f => $"{f.Name}:FILE"))}, each with @WEIGHT or without";

    /// <exception cref="ArgumentException">It is none of <see cref="Allowed"/>.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static CorpusInput Parse(string text)
    {
        var weight = 1.0;
        var source = text;
        if (text.LastIndexOf('@') is var at and > 0
            && double.TryParse(text.AsSpan(at + 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out weight))
        {
            source = text[..at];
        }
        else
        {
            weight = 1;
        }

        if (source.Split(':', 2) is not [var format, { Length: > 0 } path]
            || !(format is Words or PlainText || ReplayFormats.All.Any(f => f.Name == format)))
        {
            throw new ArgumentException($"{text}: allowed are {Allowed}");
        }

        return weight is <= 0 or > 1e6 ? throw new ArgumentException($"{text}: weight {weight}; allowed is more than 0 and at most 1000000")
            : File.Exists(path) ? new(format, path, weight) : throw new FileNotFoundException($"{text}: there is no file {path}", path);
    }

    public StreamReader Open()
    {
        Stream stream = File.OpenRead(Path);
        return new(
            Path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(stream, CompressionMode.Decompress) : stream,
            new UTF8Encoding(false));
    }

    /// <summary>Its texts in the file's order: the lines of plain text, or what a company's document would hold of each message.</summary>
    public IEnumerable<string> Texts(StreamReader reader) => Format == PlainText ? Lines(reader)
        : ReplayFormats.Get(Format).Read(reader).Where(row => row.Refusal is null).Select(TextOf).OfType<string>();

    /// <exception cref="InvalidDataException">A line is longer than allowed.</exception>
    public IEnumerable<string> Lines(StreamReader reader)
    {
        var line = new StringBuilder();
        var buffer = new char[1 << 16];
        var number = 1;
        while (reader.Read(buffer) is var read and > 0)
        {
            var rest = buffer.AsMemory(0, read);
            while (rest.Span.IndexOf('\n') is var end and >= 0)
            {
                yield return line.Append(rest[..end]).ToString().TrimEnd('\r');
                line.Clear();
                rest = rest[(end + 1)..];
                number++;
            }

            line.Append(rest);
            if (line.Length > LongestLine)
            {
                throw new InvalidDataException(
                    $"{Path}:{number}: the line is longer than {LongestLine:N0} characters; allowed are as many");
            }
        }

        if (line.Length > 0)
        {
            yield return line.ToString();
        }
    }

    private static string? TextOf(ReplayRow row)
    {
        var (message, problems) = RawValidators.For(row.Topic)!.Validate(row.Value);
        return message is null ? null : EventFactory.Make(message, DateTimeOffset.UnixEpoch, [.. problems])?.Event.Text?.Content;
    }
}
