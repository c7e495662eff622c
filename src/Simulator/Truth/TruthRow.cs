using System.Runtime.InteropServices;

namespace Jianwei.Simulator.Truth;

/// <summary>A company at the start of a month, as it stands in <c>rows.npy</c>: 34 bytes, little-endian, no gaps.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public record struct TruthRow
{
    /// <summary>NumPy's description of the fields.</summary>
    public const string Descr = "[('company', '<i4'), ('as_of', '<i8'), ('latent', '<f4'), ('observable', '<f4'), ('tabular', '<f4'), "
        + "('text', '<f4'), ('additive', '<f4'), ('label', '|i1'), ('censored', '|i1')]";

    /// <summary>The company's number; its id is <c>X-SIM:</c> and nine digits.</summary>
    public int Company;

    /// <summary>Seconds since 1970: the start of a month (UTC). What was observed by then is known.</summary>
    public long AsOf;

    /// <summary>12-month probability of default given health itself.</summary>
    public float Latent;

    /// <summary>Given everything that had been observed.</summary>
    public float Observable;

    /// <summary>Given counts and amounts.</summary>
    public float Tabular;

    /// <summary>Given the choices of words, and not how many texts of which kind there were.</summary>
    public float Text;

    /// <summary>Given counts, amounts and the words that mean the same for every company: without the interaction.</summary>
    public float Additive;

    /// <summary>1 where a default was observed within 365 days after; known for every row, from a year beyond the events.</summary>
    public sbyte Label;

    /// <summary>1 where those days end after the events do: the label cannot be had from the events.</summary>
    public sbyte Censored;
}
