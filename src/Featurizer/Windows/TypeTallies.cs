using System.Runtime.Intrinsics;
using Jianwei.Featurizer.State;

namespace Jianwei.Featurizer.Windows;

/// <summary>
/// Number, oldest and newest day of the events of each type in each window, windows side by side: an event enters all windows
/// that hold it with one vector operation each, and so do the events of a type enter the figures of a set of types.
/// One belongs to one thread.
/// </summary>
/// <remarks>
/// Type t has lanes t·width to (t + 1)·width of each array, a lane a window, shortest first, the last one all events;
/// lanes beyond, up to a whole number of vectors, hold all events too.
/// </remarks>
internal sealed class TypeTallies
{
    private const int Lanes = 8;

    private readonly int width;
    private readonly uint[] counts;
    private readonly ushort[] firsts;
    private readonly ushort[] lasts;
    private readonly uint[] wideMasks; // by shortest window, then by lane: all bits where the lane's window is as long
    private readonly ushort[] masks;
    private TypeSet seen;

    /// <param name="windows">Number of windows, the one of all events included.</param>
    public TypeTallies(int windows)
    {
        width = (windows + Lanes - 1) / Lanes * Lanes;
        counts = new uint[TypeSet.Limit * width];
        firsts = new ushort[TypeSet.Limit * width];
        lasts = new ushort[TypeSet.Limit * width];
        Array.Fill(firsts, ushort.MaxValue);
        (Counts, Firsts, Lasts, Types) = (new uint[width], new ushort[width], new ushort[width], new uint[width]);
        masks = [.. Enumerable.Range(0, windows * width).Select(i => i % width >= i / width ? ushort.MaxValue : (ushort)0)];
        wideMasks = Array.ConvertAll(masks, m => m == 0 ? 0 : uint.MaxValue);
    }

    /// <summary>Events of the set, by window; of the last <see cref="Sum"/>, as all that follow.</summary>
    public uint[] Counts { get; }

    /// <summary>Day of the oldest event, by window.</summary>
    public ushort[] Firsts { get; }

    /// <summary>Day of the newest event, by window.</summary>
    public ushort[] Lasts { get; }

    /// <summary>Number of types with an event, by window.</summary>
    public uint[] Types { get; }

    public void Clear()
    {
        while (seen.TryTake(out var type))
        {
            for (var at = type * width; at < (type + 1) * width; at += Lanes)
            {
                Vector256<uint>.Zero.CopyTo(counts, at);
                Vector128<ushort>.AllBitsSet.CopyTo(firsts, at);
                Vector128<ushort>.Zero.CopyTo(lasts, at);
            }
        }
    }

    /// <summary>Adds events of one type.</summary>
    /// <param name="type">Their type.</param>
    /// <param name="window">The shortest window that holds them.</param>
    /// <param name="days">At least one event.</param>
    public void Add(byte type, int window, in DayTally days)
    {
        seen.Add(type);
        for (var lane = 0; lane < width; lane += Lanes)
        {
            var (at, mask) = ((type * width) + lane, (window * width) + lane);
            var held = Vector128.Create(masks, mask);
            (Vector256.Create(counts, at) + (Vector256.Create(wideMasks, mask) & Vector256.Create(days.Count))).CopyTo(counts, at);
            Vector128.Min(Vector128.Create(firsts, at), Vector128.Create(days.First) | ~held).CopyTo(firsts, at);
            Vector128.Max(Vector128.Create(lasts, at), Vector128.Create(days.Last) & held).CopyTo(lasts, at);
        }
    }

    /// <summary>Fills <see cref="Counts"/> and the others for a set of types; false where none has an event.</summary>
    public bool Sum(TypeSet set)
    {
        var found = set.And(seen);
        if (!found.Any)
        {
            return false;
        }

        for (var lane = 0; lane < width; lane += Lanes)
        {
            var (count, types) = (Vector256<uint>.Zero, Vector256<uint>.Zero);
            var (first, last) = (Vector128<ushort>.AllBitsSet, Vector128<ushort>.Zero);
            for (var left = found; left.TryTake(out var type);)
            {
                var at = (type * width) + lane;
                var ofType = Vector256.Create(counts, at);
                count += ofType;
                types += Vector256.Min(ofType, Vector256<uint>.One);
                first = Vector128.Min(first, Vector128.Create(firsts, at));
                last = Vector128.Max(last, Vector128.Create(lasts, at));
            }

            count.CopyTo(Counts, lane);
            types.CopyTo(Types, lane);
            first.CopyTo(Firsts, lane);
            last.CopyTo(Lasts, lane);
        }

        return true;
    }
}
