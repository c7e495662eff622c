using Jianwei.Core.Contracts;
using Jianwei.Featurizer.State;

namespace Jianwei.Featurizer.Export;

/// <summary>
/// A running digest of events in their order: FNV-1a over id, company, type and times. It tells logs apart by accident, not by intent.
/// </summary>
internal static class LogDigest
{
    private const ulong Prime = 1_099_511_628_211;

    public static ulong After(ulong digest, CompanyEvent e)
    {
        foreach (var c in e.EventId)
        {
            digest = (digest ^ c) * Prime;
        }

        foreach (var c in e.CompanyId)
        {
            digest = (digest ^ c) * Prime;
        }

        digest = (digest ^ (byte)e.Type) * Prime;
        digest = (digest ^ Days.SecondsOf(e.EventTime)) * Prime;
        return (digest ^ Days.SecondsOf(e.ObservedTime)) * Prime;
    }
}
