using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;

namespace Jianwei.Scorer.Batching;

/// <summary>
/// Reads a request whose bytes are laid out as <see cref="Core.Contracts.Wire"/> writes them: the same fields in the same
/// order, no spaces. About five times as fast as a general JSON reader, and as strict: what it takes is JSON, is UTF-8,
/// and has the model's catalogue and finite features. All else it leaves to <see cref="RequestReader"/>.
/// </summary>
internal sealed class CanonicalRequest
{
    private readonly byte[] _catalogue; // ,"catalogue":"…","features":"
    private readonly int _featureBytes;
    private readonly int _base64Length;

    public CanonicalRequest(string catalogue, int featureCount)
    {
        _catalogue = [.. ",\"catalogue\":"u8, .. JsonSerializer.SerializeToUtf8Bytes(catalogue), .. ",\"features\":\""u8];
        _featureBytes = featureCount * sizeof(float);
        _base64Length = Base64.GetMaxEncodedToUtf8Length(_featureBytes);
    }

    /// <summary>Fills <paramref name="row"/> and <paramref name="features"/>; false where the message is anything else.</summary>
    public bool TryRead(byte[] message, ref RequestRow row, Span<float> features)
    {
        var json = new JsonScanner(message);
        if (!ReadHead(ref json, ref row) || !ReadFeatures(ref json, features))
        {
            return false;
        }

        // Base64 is ASCII; what stands around it need not be text yet.
        var afterFeatures = json.At;
        return ReadTail(ref json, ref row) && Utf8.IsValid(message.AsSpan(0, row.Split)) && Utf8.IsValid(message.AsSpan(afterFeatures));
    }

    private static bool ReadHead(ref JsonScanner json, ref RequestRow row)
    {
        if (!json.Take("{\"schema_version\":1,\"company_id\":"u8) || !json.TakeString(out var id) || id.IsEmpty || id.Contains((byte)'\\'))
        {
            return false;
        }

        (row.CompanyIdStart, row.CompanyIdLength) = (json.At - 1 - id.Length, id.Length);

        if (json.Take(",\"company_name\":"u8) && !json.TakeString(out _))
        {
            return false;
        }

        if (!json.Take(",\"state_version\":"u8) || !json.TakeWhole(out row.StateVersion)
            || !json.Take(",\"as_of\":"u8) || !TakeTime(ref json, out _))
        {
            return false;
        }

        row.Split = json.At;
        row.Message = json.Text;
        if (json.Take(",\"text\":"u8))
        {
            if (!json.TakeString(out var text) || !Base64.IsValid(text))
            {
                return false;
            }

            row.TextLength = text.Length;
        }

        row.Tail = json.At;
        return true;
    }

    // A float32's bytes are little-endian on the wire and on every machine that ONNX Runtime runs on.
    private bool ReadFeatures(ref JsonScanner json, Span<float> features)
    {
        if (!json.Take(_catalogue) || !json.TakeBytes(_base64Length, out var base64) || !json.Take("\""u8))
        {
            return false;
        }

        return Base64.DecodeFromUtf8(base64, MemoryMarshal.AsBytes(features), out _, out var written) == OperationStatus.Done
            && written == _featureBytes && FiniteValues.IndexOfNotFinite(features) < 0;
    }

    private static bool ReadTail(ref JsonScanner json, ref RequestRow row)
    {
        if (json.Take(",\"text_hash\":"u8) && !(json.TakeString(out var hash) && hash.Length == 16
            && Utf8Parser.TryParse(hash, out row.TextHash, out var digits, 'x') && digits == 16))
        {
            return false;
        }

        if (json.Take(",\"event\":"u8) && !TakeEvent(ref json))
        {
            return false;
        }

        return json.Take(",\"accepted_time\":"u8) && TakeTime(ref json, out row.AcceptedTime) && json.Take("}"u8) && json.AtEnd;
    }

    // Name after name as Wire writes them; an event with other fields is looked at string by string, at twice the price.
    private static bool TakeEvent(ref JsonScanner json)
    {
        var start = json;
        if (TakeKnownEvent(ref json))
        {
            return true;
        }

        json = start;
        return json.TakeFlatObject();
    }

    private static bool TakeKnownEvent(ref JsonScanner json) =>
        json.Take("{\"event_id\":"u8) && json.TakeString(out _)
        && json.Take(",\"type\":"u8) && json.TakeString(out _)
        && json.Take(",\"event_time\":"u8) && json.TakeString(out _)
        && json.Take(",\"observed_time\":"u8) && json.TakeString(out _)
        && (!json.Take(",\"amount\":"u8) || json.TakeNumber())
        && (!json.Take(",\"unit\":"u8) || json.TakeString(out _))
        && json.Take(",\"source\":"u8) && json.TakeString(out _)
        && json.Take(",\"source_event_id\":"u8) && json.TakeString(out _)
        && (!json.Take(",\"summary\":"u8) || json.TakeString(out _))
        && json.Take("}"u8);

    private static bool TakeTime(ref JsonScanner json, out DateTimeOffset time)
    {
        time = default;
        return json.TakeString(out var text) && TimeText.TryParse(text, out time);
    }
}
