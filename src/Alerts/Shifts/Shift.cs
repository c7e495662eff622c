using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Jianwei.Alerts.Shifts;

/// <summary>A change of a company's risk that somebody may want to know.</summary>
/// <param name="Before">The reference, or null for a company's first score.</param>
/// <param name="BeforeSlot">Slot of the reference's features.</param>
/// <param name="After">The score that made the shift.</param>
public sealed record Shift(string Id, ShiftRule Rule, Mark? Before, int BeforeSlot, Mark After)
{
    /// <summary>Change of log-odds; null where there is no score before.</summary>
    public double? Change => After.LogOdds - Before?.LogOdds;

    /// <summary>Whether risk fell: good news, which is told but not open.</summary>
    public bool Falling => Rule == ShiftRule.BandLeft || (Rule == ShiftRule.Jump && Change < 0);

    /// <summary>Events between the two scores, the one that made the shift included.</summary>
    public long Events => After.Events - (Before?.Events ?? 0);

    /// <summary>16 hexadecimal digits from (company, state version, rule), so that a replay finds the same shift.</summary>
    public static string IdOf(string companyId, long stateVersion, ShiftRule rule)
    {
        var id = Encoding.UTF8.GetBytes(companyId);
        Span<byte> bytes = stackalloc byte[id.Length + 9];
        id.CopyTo(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[id.Length..], stateVersion);
        bytes[^1] = (byte)rule;
        return Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8));
    }
}

/// <summary>Ends the company's open alerts above a band.</summary>
/// <param name="Above">Rank; -1 ends those of the lowest band too.</param>
public readonly record struct Resolve(int Above, ResolveReason Reason);

/// <summary>Why alerts end.</summary>
public enum ResolveReason : byte
{
    /// <summary>The company left the alert's band, or fell by a jump where there is no band below.</summary>
    Recovered = 1,

    /// <summary>Another model serves, and puts the company below the alert's band.</summary>
    Rebased = 2,
}
