using System.Text.Encodings.Web;
using System.Text.Json;
using Jianwei.Core.Models;
using Jianwei.Scorer.Inference;

namespace Jianwei.Scorer.Batching;

/// <summary>
/// Writes a <see cref="Core.Contracts.Score"/> byte for byte as <see cref="Core.Contracts.Wire"/> would: what the request
/// already said is copied as it stands there, what the model says is put between.
/// </summary>
internal sealed class ScoreWriter
{
    // Two doubles, a long, field names and punctuation that are not in the prepared pieces.
    private const int NumbersLimit = 160;

    private readonly byte[][] _bandModelCatalogue; // by band: ,"band":…,"model":…,"catalogue":…,"features":
    private byte[] _scoredTime = [];
    private byte[] _buffer = new byte[4096];

    public ScoreWriter(ModelManifest manifest) =>
        _bandModelCatalogue =
        [
            .. manifest.Bands.Select(band =>
                (byte[])[.. ",\"band\":"u8, .. Json(band.Name), .. ",\"model\":"u8, .. Json(manifest.Id), .. ",\"catalogue\":"u8, .. Json(manifest.Catalogue), .. ",\"features\":"u8]),
        ];

    /// <summary>Sets the wall clock of the scores that follow.</summary>
    public void SetScoredTime(DateTimeOffset now) => _scoredTime = [.. ",\"scored_time\":"u8, .. Json(now), .. "}"u8];

    /// <summary>The score's message.</summary>
    public byte[] Write(in RequestRow row, in Risk risk)
    {
        var fixedPart = _bandModelCatalogue[risk.Band];
        var most = row.Message.Length + fixedPart.Length + _scoredTime.Length + NumbersLimit;
        if (_buffer.Length < most)
        {
            _buffer = new byte[most * 2];
        }

        var json = new Appender(_buffer);
        json.Append("{\"schema_version\":1,\"company_id\":"u8);
        json.Append(row.CompanyIdJson.Of(row.Message));
        json.AppendOptional(",\"company_name\":"u8, row.CompanyNameJson, row.Message);
        json.Append(",\"state_version\":"u8);
        json.Append(row.StateVersion);
        json.Append(",\"as_of\":"u8);
        json.Append(row.AsOfJson.Of(row.Message));
        json.Append(",\"probability_of_default\":"u8);
        json.Append(risk.Probability);
        json.Append(",\"log_odds\":"u8);
        json.Append(risk.LogOdds);
        json.Append(fixedPart);
        json.Append(row.FeaturesJson.Of(row.Message));
        json.AppendOptional(",\"text_hash\":"u8, row.TextHashJson, row.Message);
        json.AppendOptional(",\"event\":"u8, row.EventJson, row.Message);
        json.Append(",\"accepted_time\":"u8);
        json.Append(row.AcceptedTimeJson.IsEmpty ? "\"0001-01-01T00:00:00+00:00\""u8 : row.AcceptedTimeJson.Of(row.Message));
        json.Append(_scoredTime);
        return json.Written.ToArray();
    }

    private static byte[] Json<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Options);

    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private ref struct Appender(Span<byte> buffer)
    {
        private readonly Span<byte> _buffer = buffer;
        private int _length;

        public readonly ReadOnlySpan<byte> Written => _buffer[.._length];

        public void Append(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(_buffer[_length..]);
            _length += bytes.Length;
        }

        public void AppendOptional(ReadOnlySpan<byte> name, Slice value, byte[] message)
        {
            if (!value.IsEmpty)
            {
                Append(name);
                Append(value.Of(message));
            }
        }

        public void Append(long value)
        {
            value.TryFormat(_buffer[_length..], out var written);
            _length += written;
        }

        public void Append(double value)
        {
            value.TryFormat(_buffer[_length..], out var written);
            _length += written;
        }
    }
}
