using System.Text.Json;
using System.Text.Unicode;
using Jianwei.Core.Contracts;

namespace Jianwei.Scorer.Batching;

/// <summary>
/// Reads score requests: those in the layout of <see cref="Wire"/> in one quick pass, others (another writer's order, spaces,
/// escapes) by looking at them closely and writing them in that layout. What is refused is refused with a reason.
/// </summary>
internal sealed class RequestReader(string catalogue, int featureCount)
{
    // Far above any request of ours; a score repeats its request and must itself fit a message.
    private const int SizeLimit = 1024 * 1024;

    private readonly CanonicalRequest _canonical = new(catalogue, featureCount);
    private readonly RequestCheck _check = new(catalogue, featureCount);

    /// <summary>Fills <paramref name="row"/> and <paramref name="features"/> (of the feature count's length).</summary>
    /// <returns>Why the message is refused, or null.</returns>
    public Refusal? Read(byte[] message, ref RequestRow row, Span<float> features)
    {
        if (message.Length > SizeLimit)
        {
            return new Refusal(Refusal.TooLarge, $"the message: expected at most {SizeLimit} bytes, found {message.Length}");
        }

        return _canonical.TryRead(message, ref row, features) ? null : ReadOther(message, ref row, features);
    }

    private Refusal? ReadOther(byte[] message, ref RequestRow row, Span<float> features)
    {
        if (!Utf8.IsValid(message))
        {
            return new Refusal(Refusal.NotJson, "the message is not UTF-8");
        }

        try
        {
            return _check.Refuse(message) ?? Rewrite(message, ref row, features);
        }
        catch (JsonException e)
        {
            return new Refusal(Refusal.NotJson, $"the message is not JSON: {e.Message}");
        }
        catch (InvalidOperationException)
        {
            return new Refusal(Refusal.NotJson, "the message is not JSON: an escaped text is not UTF-16");
        }
    }

    private Refusal? Rewrite(byte[] message, ref RequestRow row, Span<float> features)
    {
        ScoreRequest request;
        try
        {
            request = Wire.ReadScoreRequest(message) with { SchemaVersion = 1 };
        }
        catch (JsonException e)
        {
            return new Refusal(Refusal.InvalidField, $"{e.Path ?? "the message"}: {e.Message}");
        }

        return _canonical.TryRead(Wire.Write(request), ref row, features)
            ? null
            : new Refusal(
                Refusal.InvalidField,
                "the message: expected a company_id without quotes, backslashes and control characters, and an event without nested values, found others");
    }
}
