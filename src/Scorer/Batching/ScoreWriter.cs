using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Jianwei.Core.Models;
using Jianwei.Scorer.Inference;

namespace Jianwei.Scorer.Batching;

/// <summary>
/// Writes a <see cref="Core.Contracts.Score"/>. Its fields stand in the order of the request's, so it is the request's bytes
/// with the model's part put in the place of the texts, at <see cref="RequestRow.Split"/>, and the time at the end: nothing
/// is encoded twice.
/// </summary>
internal sealed class ScoreWriter
{
    // Sign, 2 + 12 digits and a point each.
    private const int NumbersLimit = 40;

    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly byte[][] _bandAndModel; // by band: ,"band":…,"model":…
    private readonly byte[] _part;
    private byte[] _end = [];

    public ScoreWriter(ModelManifest manifest)
    {
        _bandAndModel = [.. manifest.Bands.Select(band =>
            (byte[])[.. ",\"band\":"u8, .. Json(band.Name), .. ",\"model\":"u8, .. Json(manifest.Id)])];
        _part = new byte[_bandAndModel.Max(piece => piece.Length) + NumbersLimit + ",\"probability_of_default\":,\"log_odds\":"u8.Length];
    }

    /// <summary>Sets the wall clock of the scores that follow.</summary>
    public void SetScoredTime(DateTimeOffset now) => _end = [.. ",\"scored_time\":"u8, .. Json(now), .. "}"u8];

    /// <summary>The score's message, in an array of <paramref name="buffers"/>.</summary>
    public byte[] Write(in RequestRow row, in Risk risk, ScoreBuffers buffers)
    {
        var part = Part(risk);
        var head = row.Message.AsSpan(0, row.Split);
        var tail = row.Message.AsSpan(row.Tail, row.Message.Length - row.Tail - 1);
        var score = buffers.Rent(head.Length + part.Length + tail.Length + _end.Length);
        head.CopyTo(score);
        part.CopyTo(score.AsSpan(head.Length));
        tail.CopyTo(score.AsSpan(head.Length + part.Length));
        _end.CopyTo(score.AsSpan(score.Length - _end.Length));
        return score;
    }

    private ReadOnlySpan<byte> Part(in Risk risk)
    {
        var length = Append(",\"probability_of_default\":"u8, 0);
        length = AppendProbability(risk.Probability, length);
        length = Append(",\"log_odds\":"u8, length);
        length = AppendLogOdds(risk.LogOdds, length);
        return _part.AsSpan(0, Append(_bandAndModel[risk.Band], length));
    }

    private int Append(ReadOnlySpan<byte> bytes, int at)
    {
        bytes.CopyTo(_part.AsSpan(at));
        return at + bytes.Length;
    }

    // Risk holds decimals of that many places, so rounding finds them again exactly.
    private int AppendProbability(double value, int at)
    {
        var (millionths, rest) = Math.DivRem((ulong)Math.Round(value * 1e12), 1_000_000UL);
        (_part[at], _part[at + 1]) = ((byte)'0', (byte)'.');
        WriteSix((uint)millionths, at + 2);
        WriteSix((uint)rest, at + 8);
        return at + 14;
    }

    private int AppendLogOdds(double value, int at)
    {
        if (value < 0)
        {
            _part[at++] = (byte)'-';
        }

        var (whole, millionths) = Math.DivRem((uint)Math.Round(Math.Abs(value) * 1e6), 1_000_000U);
        Utf8Formatter.TryFormat(whole, _part.AsSpan(at), out var written);
        at += written;
        _part[at++] = (byte)'.';
        WriteSix(millionths, at);
        return at + 6;
    }

    private void WriteSix(uint digits, int at)
    {
        var to = _part.AsSpan(at, 6);
        for (var i = to.Length - 1; i >= 0; i--)
        {
            (digits, var digit) = Math.DivRem(digits, 10U);
            to[i] = (byte)('0' + digit);
        }
    }

    private static byte[] Json<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Options);
}
