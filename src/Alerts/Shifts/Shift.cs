using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Jianwei.Core.Contracts;

namespace Jianwei.Alerts.Shifts;

/// <summary>A change of a company's risk that somebody may want to know.</summary>
/// <param name="Before">The reference; null for a company's first score, and for an outcome at the first score of another model.</param>
/// <param name="BeforeSlot">Slot of the reference's features.</param>
/// <param name="After">The score that made the shift.</param>
/// <param name="Outcome">The event that reported it, where the rule is <see cref="ShiftRule.Outcome"/>.</param>
public sealed record Shift(string Id, ShiftRule Rule, Mark? Before, int BeforeSlot, Mark After, EventSummary? Outcome = null)
{
    /// <summary>Change of log-odds; null where there is no score before.</summary>
    public double? Change => After.LogOdds - Before?.LogOdds;

    /// <summary>Whether risk fell, or the company is cured: good news, which is told but not open.</summary>
    public bool Falling => Rule == ShiftRule.BandLeft || (Rule == ShiftRule.Jump && Change < 0) || Outcome?.Type == EventType.OutcomeCured;

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

/// <summary>
/// Ends the company's open alerts above a band: for <see cref="ResolveReason.Cured"/> those of outcomes, else all others.
/// </summary>
/// <param name="Above">Rank; -1 ends those of the lowest band too.</param>
public readonly record struct Resolve(int Above, ResolveReason Reason);

/// <summary>Why alerts end.</summary>
public enum ResolveReason : byte
{
    /// <summary>The company left the alert's band, or fell by a jump where there is no band below.</summary>
    Recovered = 1,

    /// <summary>Another model serves, and puts the company below the alert's band.</summary>
    Rebased = 2,

    /// <summary>The end that they warned of was reported; an alert of its own tells it.</summary>
    Outcome = 3,

    /// <summary>The company is cured of the outcomes that they told.</summary>
    Cured = 4,
}

/// <summary>Names of <see cref="ResolveReason"/> on the wire and in SQL.</summary>
public static class ResolveReasons
{
    public static string Name(this ResolveReason reason) => reason switch
    {
        ResolveReason.Recovered => "recovered",
        ResolveReason.Rebased => "rebased",
        ResolveReason.Outcome => "outcome",
        ResolveReason.Cured => "cured",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "not a reason"),
    };
}
