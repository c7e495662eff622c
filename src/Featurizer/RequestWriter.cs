using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Jianwei.Core.Contracts;
using Jianwei.Core.Text;
using Jianwei.Featurizer.Events;
using Jianwei.Featurizer.State;
using Jianwei.Featurizer.Windows;

namespace Jianwei.Featurizer;

/// <summary>
/// Writes the score request of a company's state, features included: byte for byte what <see cref="Wire"/> writes of a
/// <see cref="ScoreRequest"/>, without making one. One writer belongs to one thread.
/// </summary>
public sealed class RequestWriter
{
    // More than all that is neither the event's nor the vector's or the catalogue's.
    private const int FrameLimit = 256;

    private readonly FeatureReader reader;
    private readonly float[] vector;
    private readonly int vectorLength;
    private readonly byte[] catalogue; // ,"catalogue":"…","features":"
    private byte[] scratch = new byte[4_096];

    public RequestWriter(FeaturePlan plan)
    {
        reader = new(plan);
        vector = new float[plan.Catalogue.Count];
        vectorLength = Base64.GetMaxEncodedToUtf8Length(vector.Length * sizeof(float));
        catalogue = [.. ",\"catalogue\":"u8, .. JsonSerializer.SerializeToUtf8Bytes(plan.Catalogue.Hash), .. ",\"features\":\""u8];
    }

    /// <summary>The request after an event has been applied.</summary>
    /// <param name="e">The event.</param>
    /// <param name="state">The company's state.</param>
    /// <param name="text">The company's texts where the event has changed them, else null.</param>
    public byte[] Write(CompanyEvent e, CompanyState state, CompanyText? text = null) => Write(LogEvent.Of(e), state, text);

    /// <inheritdoc cref="Write(CompanyEvent, CompanyState, CompanyText)"/>
    public byte[] Write(in LogEvent e, CompanyState state, CompanyText? text = null)
    {
        reader.Read(state, vector);
        var packed = text?.Encode();
        var most = e.Json.Length + catalogue.Length + vectorLength + FrameLimit + Base64.GetMaxEncodedToUtf8Length(packed?.Length ?? 0);
        if (scratch.Length < most)
        {
            scratch = new byte[most];
        }

        Span<byte> rest = scratch;
        Put(ref rest, "{\"schema_version\":1"u8);
        Put(ref rest, e.CompanyFields);
        PutState(ref rest, state);
        if (packed is not null)
        {
            PutText(ref rest, packed);
        }

        PutFeatures(ref rest);
        PutTextHash(ref rest, state.TextHash);
        if (e.Type != EventType.Tick)
        {
            PutEvent(ref rest, e);
        }

        Put(ref rest, e.AcceptedField);
        Put(ref rest, "}"u8);
        return scratch.AsSpan(..^rest.Length).ToArray();
    }

    private static void PutState(ref Span<byte> rest, CompanyState state)
    {
        Put(ref rest, ",\"state_version\":"u8);
        state.Version.TryFormat(rest, out var written, default, CultureInfo.InvariantCulture);
        rest = rest[written..];
        Put(ref rest, ",\"as_of\":\""u8);
        Days.TimeOf(state.StreamTime).TryFormat(rest, out written, "yyyy-MM-dd'T'HH:mm:ss'+00:00'", CultureInfo.InvariantCulture);
        rest = rest[written..];
        Put(ref rest, "\""u8);
    }

    private static void PutText(ref Span<byte> rest, byte[] packed)
    {
        Put(ref rest, ",\"text\":\""u8);
        Base64.EncodeToUtf8(packed, rest, out _, out var written);
        rest = rest[written..];
        Put(ref rest, "\""u8);
    }

    private void PutFeatures(ref Span<byte> rest)
    {
        Put(ref rest, catalogue);
        Base64.EncodeToUtf8(MemoryMarshal.AsBytes(vector.AsSpan()), rest, out _, out var written);
        rest = rest[written..];
        Put(ref rest, "\""u8);
    }

    private static void PutTextHash(ref Span<byte> rest, ulong hash)
    {
        if (hash != 0)
        {
            Put(ref rest, ",\"text_hash\":\""u8);
            hash.TryFormat(rest, out var written, "x16", CultureInfo.InvariantCulture);
            rest = rest[written..];
            Put(ref rest, "\""u8);
        }
    }

    private static void PutEvent(ref Span<byte> rest, in LogEvent e)
    {
        Put(ref rest, ",\"event\":{"u8);
        Put(ref rest, e.EventIdField);
        Put(ref rest, e.TimeFields);
        Put(ref rest, e.SourceFields);
        Put(ref rest, "}"u8);
    }

    private static void Put(ref Span<byte> rest, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(rest);
        rest = rest[bytes.Length..];
    }
}
