using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Jianwei.Core.Contracts;

namespace Jianwei.Core.Text;

/// <summary>One text of a company; null content is a tombstone that keeps an older late text away.</summary>
public readonly record struct TextEntry(TextSegment Segment, string Key, uint EventTime, string? Content);

/// <summary>
/// The newest texts of a company, bounded by segment: what a text encoder reads. No encoding happens here.
/// <code>
/// format u8 (1) · entries u8 · entry: u8 segment · u32 event time · u16 key bytes · key
///   · i16 content bytes (-1: removed) · content (UTF-8)
/// </code>
/// Entries are ordered by segment, then newest first, then by key.
/// </summary>
public sealed class CompanyText
{
    /// <summary>UTF-16 units that are kept of one text.</summary>
    public const int ContentLimit = 2_000;

    private const byte Format = 1;
    private const int KeyLimit = 200;
    private readonly List<TextEntry> entries = [];

    public IReadOnlyList<TextEntry> Entries => entries;

    /// <summary>Texts kept of each segment: profile fields, postings, filings. Tombstones count.</summary>
    public static int LimitOf(TextSegment segment) => segment switch
    {
        TextSegment.Profile => 6,
        TextSegment.Posting => 8,
        _ => 4,
    };

    /// <summary>First 64 bits of the SHA-256 over the texts that are there; 0 where there is none.</summary>
    public ulong Hash
    {
        get
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var any = false;
            foreach (var entry in entries.Where(e => e.Content is not null))
            {
                any = true;
                hash.AppendData([(byte)entry.Segment]);
                Append(hash, entry.Key);
                Append(hash, entry.Content!);
            }

            return any ? BinaryPrimitives.ReadUInt64LittleEndian(hash.GetHashAndReset()) : 0;
        }
    }

    // With its length, so that one text never reads like two.
    private static void Append(IncrementalHash hash, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }

    /// <summary>Applies a change that happened at an event time; an older text never replaces a newer one of the same key.</summary>
    public void Apply(TextChange change, uint eventTime)
    {
        var key = Cut(change.Key, KeyLimit);
        var known = entries.FindIndex(e => e.Segment == change.Segment && e.Key == key);
        if (known >= 0)
        {
            if (entries[known].EventTime > eventTime)
            {
                return;
            }

            entries.RemoveAt(known);
        }

        var entry = new TextEntry(change.Segment, key, eventTime, change.Content is { } content ? Cut(content, ContentLimit) : null);
        var at = entries.FindIndex(e => Before(entry, e));
        entries.Insert(at < 0 ? entries.Count : at, entry);
        if (entries.Count(e => e.Segment == change.Segment) > LimitOf(change.Segment))
        {
            entries.RemoveAt(entries.FindLastIndex(e => e.Segment == change.Segment));
        }
    }

    public byte[] Encode()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(Format);
        writer.Write((byte)entries.Count);
        foreach (var entry in entries)
        {
            var key = Encoding.UTF8.GetBytes(entry.Key);
            writer.Write((byte)entry.Segment);
            writer.Write(entry.EventTime);
            writer.Write((ushort)key.Length);
            writer.Write(key);
            var content = entry.Content is null ? null : Encoding.UTF8.GetBytes(entry.Content);
            writer.Write((short)(content?.Length ?? -1));
            writer.Write(content ?? []);
        }

        writer.Flush();
        return stream.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are not a company's text of this format.</exception>
    public static CompanyText Decode(byte[] bytes)
    {
        if (bytes.Length < 2 || bytes[0] != Format)
        {
            throw new InvalidDataException($"not a company's text of format {Format}: {bytes.Length} bytes");
        }

        using var stream = new MemoryStream(bytes, 1, bytes.Length - 1);
        using var reader = new BinaryReader(stream, Encoding.UTF8);
        var text = new CompanyText();
        try
        {
            for (var left = reader.ReadByte(); left > 0; left--)
            {
                text.entries.Add(ReadEntry(reader));
            }
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException($"a company's text is cut off at {bytes.Length} bytes", e);
        }

        return stream.Position == stream.Length
            ? text
            : throw new InvalidDataException($"a company's text has {stream.Length - stream.Position} bytes too many");
    }

    private static TextEntry ReadEntry(BinaryReader reader)
    {
        var segment = (TextSegment)reader.ReadByte();
        var time = reader.ReadUInt32();
        var key = ReadText(reader, reader.ReadUInt16());
        var length = reader.ReadInt16();
        return new(segment, key, time, length < 0 ? null : ReadText(reader, length));
    }

    private static string ReadText(BinaryReader reader, int length)
    {
        var bytes = reader.ReadBytes(length);
        return bytes.Length == length ? Encoding.UTF8.GetString(bytes) : throw new EndOfStreamException();
    }

    private static bool Before(in TextEntry a, in TextEntry b) =>
        a.Segment != b.Segment ? a.Segment < b.Segment
        : a.EventTime != b.EventTime ? a.EventTime > b.EventTime
        : string.CompareOrdinal(a.Key, b.Key) < 0;

    // Never between the halves of a surrogate pair.
    private static string Cut(string text, int limit) =>
        text.Length <= limit ? text : text[..(char.IsHighSurrogate(text[limit - 1]) ? limit - 1 : limit)];
}
