using System.Security.Cryptography;
using System.Text;

namespace Jianwei.Alerts.Raising;

/// <summary>Ids that come out the same when the same log is replayed.</summary>
public static class AlertIds
{
    public static Guid Alert(long subscriptionId, string companyId, string shiftId) =>
        Hash($"alert\n{subscriptionId}\n{companyId}\n{shiftId}");

    public static Guid Delivery(Guid alertId) => Hash($"delivery\n{alertId:N}");

    private static Guid Hash(string text) => new(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16), bigEndian: true);
}
