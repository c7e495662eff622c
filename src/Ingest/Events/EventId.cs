using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Jianwei.Ingest.Events;

/// <summary>The identity of an event: 16 hexadecimal digits, the first 64 bits of SHA-256 of <c>source NUL source event id</c>.</summary>
public static class EventId
{
    /// <summary>The same for the same pair, on every machine and for ever: stored states hold it.</summary>
    public static string Of(string source, string sourceEventId)
    {
        // A source has at most 32 bytes and an id at most 200 characters of at most 4 bytes.
        Span<byte> bytes = stackalloc byte[32 + 1 + 800];
        var length = Encoding.UTF8.GetBytes(source, bytes);
        bytes[length++] = 0;
        length += Encoding.UTF8.GetBytes(sourceEventId, bytes[length..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..length], hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash).ToString("x16");
    }
}
