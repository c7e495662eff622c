using System.Numerics;

namespace Jianwei.Featurizer.Windows;

/// <summary>The event days of one event set within the longest window, as a bit each: bit 0 is the day of as-of.</summary>
internal struct DaySet
{
    private const int Words = 6;

    [System.Runtime.CompilerServices.InlineArray(Words)]
    private struct Bits
    {
        private ulong first;
    }

    private Bits bits;

    public void Add(int age) => bits[age >> 6] |= 1UL << (age & 63);

    /// <summary>Number of days with an event in a window.</summary>
    public readonly int Active(int windowDays)
    {
        var active = 0;
        for (var word = 0; word < Words && word * 64 < windowDays; word++)
        {
            active += BitOperations.PopCount(Within(word, windowDays));
        }

        return active;
    }

    /// <summary>Statistics of the gaps between neighbouring days with an event in a window, in days; NaN where there is no gap.</summary>
    public readonly (double Mean, double Std, double Max) Gaps(int windowDays)
    {
        var (gaps, last, sum, squares, max) = (0, -1, 0L, 0L, 0);
        for (var word = 0; word < Words && word * 64 < windowDays; word++)
        {
            for (var left = Within(word, windowDays); left != 0; left &= left - 1)
            {
                var age = (word * 64) + BitOperations.TrailingZeroCount(left);
                if (last >= 0)
                {
                    var gap = age - last;
                    sum += gap;
                    squares += (long)gap * gap;
                    max = Math.Max(max, gap);
                    gaps++;
                }

                last = age;
            }
        }

        if (gaps < 1)
        {
            return (double.NaN, double.NaN, double.NaN);
        }

        var mean = (double)sum / gaps;
        return (mean, Math.Sqrt(Math.Max(0, ((double)squares / gaps) - (mean * mean))), max);
    }

    private readonly ulong Within(int word, int windowDays)
    {
        var beyond = ((word + 1) * 64) - windowDays;
        return beyond <= 0 ? bits[word] : bits[word] & (ulong.MaxValue >> beyond);
    }
}
