using System.Security.Cryptography;
using System.Text;

namespace Jianwei.Alerts.Delivery;

/// <summary>The signature of a webhook's body.</summary>
public static class WebhookSignature
{
    public const string Header = "X-Jianwei-Signature";
    public const string TimestampHeader = "X-Jianwei-Timestamp";
    public const string IdempotencyHeader = "Idempotency-Key";

    /// <summary>
    /// <c>sha256=</c> and the HMAC-SHA256 (lower-case hexadecimal) of <c>timestamp.body</c> under the secret's UTF-8 bytes.
    /// </summary>
    /// <param name="secret">The subscription's secret.</param>
    /// <param name="timestamp">Unix seconds, as sent in <see cref="TimestampHeader"/>.</param>
    /// <param name="body">The body's bytes, exactly as sent.</param>
    public static string Of(string secret, string timestamp, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hmac.AppendData(Encoding.UTF8.GetBytes(timestamp));
        hmac.AppendData("."u8);
        hmac.AppendData(body);
        return "sha256=" + Convert.ToHexStringLower(hmac.GetHashAndReset());
    }
}
