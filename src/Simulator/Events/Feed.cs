namespace Jianwei.Simulator.Events;

/// <summary>Who delivers events. Each feed has its own delays and outages.</summary>
public enum Feed
{
    Registry,
    Postings,
    Filings,
}

/// <summary>What belongs to a feed.</summary>
public static class Feeds
{
    /// <summary>How many there are.</summary>
    public const int Count = 3;

    private static readonly DelayLaw[] Delays =
    [
        new(new(0.60, 2), new(0.30, 10), DelayLaw.Longest),
        new(new(0.85, 0.5), new(0.12, 4), DelayLaw.Longest),
        new(new(0.65, 3), new(0.25, 12), DelayLaw.Longest),
    ];

    // Larger companies publish more, postings most of all: exponent of people / 60.
    private static readonly double[] SizeExponents = [0.3, 0.7, 0.5];

    public static DelayLaw Delay(Feed feed) => Delays[(int)feed];

    /// <summary>How many times the base rate a company publishes; it follows from what its registration says.</summary>
    public static double Exposure(Feed feed, int headCount) => Math.Pow(headCount / 60.0, SizeExponents[(int)feed]);
}
