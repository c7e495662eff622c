using Jianwei.Simulator.Randomness;
using Jianwei.Simulator.World;

namespace Jianwei.Simulator.Events;

/// <summary>An exponential part of a delay.</summary>
/// <param name="Share">Of the events.</param>
/// <param name="MeanDays">Its mean.</param>
public readonly record struct DelayPart(double Share, double MeanDays);

/// <summary>
/// How long after an event a feed delivers it: two exponential parts, and the rest evenly up to the longest delay, at which the law
/// is cut. It does not depend on health, so that lateness itself says nothing.
/// </summary>
/// <param name="Fast">Most events.</param>
/// <param name="Slow">Some.</param>
/// <param name="LongestDays">The longest delay; the remaining share is even up to it.</param>
public sealed record DelayLaw(DelayPart Fast, DelayPart Slow, double LongestDays)
{
    /// <summary>Longest delay in days, outages apart.</summary>
    public const double Longest = 60;

    /// <summary>A draw, in seconds.</summary>
    public long Draw(ref RandomStream random)
    {
        var part = random.Unit();
        var days = part < Fast.Share ? random.Exponential(Fast.MeanDays)
            : part < Fast.Share + Slow.Share ? random.Exponential(Slow.MeanDays)
            : random.Between(0, LongestDays);
        return (long)(Math.Min(days, LongestDays) * Calendar.Day);
    }

    /// <summary>P(delay ≤ seconds).</summary>
    public double Within(double seconds)
    {
        var days = seconds / Calendar.Day;
        return days < 0 ? 0
            : days >= LongestDays ? 1
            : (Fast.Share * (1 - Math.Exp(-days / Fast.MeanDays))) + (Slow.Share * (1 - Math.Exp(-days / Slow.MeanDays)))
                + ((1 - Fast.Share - Slow.Share) * days / LongestDays);
    }
}
