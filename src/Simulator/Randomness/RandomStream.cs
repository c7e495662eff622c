namespace Jianwei.Simulator.Randomness;

/// <summary>
/// Random numbers that are a function of (seed, purpose, two counters) alone, whatever order or thread asks: the state is a hash of
/// the four, and then SplitMix64 (Steele, Lea and Flood 2014).
/// </summary>
public struct RandomStream
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private ulong state;

    /// <param name="seed">The world's seed.</param>
    /// <param name="purpose">What the numbers are for.</param>
    /// <param name="first">For example the company.</param>
    /// <param name="second">For example the month.</param>
    public RandomStream(ulong seed, Purpose purpose, long first = 0, long second = 0) =>
        state = Mix(Mix(Mix(Mix(seed + Golden) + (ulong)purpose) + (ulong)first) + (ulong)second);

    /// <summary>The next 64 bits.</summary>
    public ulong Next() => Mix(state += Golden);

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [low, high).</summary>
    public double Between(double low, double high) => low + ((high - low) * Unit());

    /// <summary>Uniform in 0 to limit − 1.</summary>
    public int Below(int limit) => (int)(((Next() >> 32) * (ulong)limit) >> 32);

    public bool Chance(double probability) => Unit() < probability;

    /// <summary>Mean 0 and variance 1 (Box and Muller 1958; the second of the pair is not kept, so that a stream is one number).</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Unit())) * Math.Cos(2 * Math.PI * Unit());

    public double Exponential(double mean) => -mean * Math.Log(1 - Unit());

    /// <summary>Poisson, by counting exponential gaps; time grows with the mean.</summary>
    public int Poisson(double mean)
    {
        // e^-500 is still a normal number; a larger mean is a sum of parts.
        var count = 0;
        for (; mean > 500; mean -= 500)
        {
            count += Poisson(500);
        }

        var limit = Math.Exp(-mean);
        for (var product = 1 - Unit(); product > limit; product *= 1 - Unit())
        {
            count++;
        }

        return count;
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
