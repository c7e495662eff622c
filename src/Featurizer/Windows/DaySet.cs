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

    public void Clear() => bits = default;

    /// <summary>Number of days with an event in a window, and statistics of the gaps between neighbouring ones, in days.</summary>
    public readonly (int Active, double GapMean, double GapStd, int GapMax) Over(int windowDays)
    {
        var (active, last, sum, squares, max) = (0, -1, 0L, 0L, 0);
        for (var word = 0; word < Words && word * 64 < windowDays; word++)
        {
            for (var left = bits[word]; left != 0; left &= left - 1)
            {
                var age = (word * 64) + System.Numerics.BitOperations.TrailingZeroCount(left);
                if (age >= windowDays)
                {
                    break;
                }

                if (last >= 0)
                {
                    var gap = age - last;
                    sum += gap;
                    squares += (long)gap * gap;
                    max = Math.Max(max, gap);
                }

                last = age;
                active++;
            }
        }

        var gaps = active - 1;
        if (gaps < 1)
        {
            return (active, double.NaN, double.NaN, 0);
        }

        var mean = (double)sum / gaps;
        return (active, mean, Math.Sqrt(Math.Max(0, ((double)squares / gaps) - (mean * mean))), max);
    }
}
