using Jianwei.Core.Text;

namespace Jianwei.Scorer.Texts;

/// <summary>Packed texts that are to have a certain hash.</summary>
internal static class PackedText
{
    /// <summary>The texts; null where the bytes are none, or texts of another hash: not what was asked for.</summary>
    public static CompanyText? Of(byte[]? packed, ulong hash)
    {
        try
        {
            return packed is not null && CompanyText.Decode(packed) is var text && text.Hash == hash ? text : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
