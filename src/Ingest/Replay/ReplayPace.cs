namespace Jianwei.Ingest.Replay;

/// <summary>When a message is due: gaps of stream time divided by the speed. Pure; the clock is given.</summary>
/// <param name="speed">How many times faster than the stream; null is at once.</param>
/// <param name="start">Stream time at the replay's beginning; null is the first message's.</param>
public sealed class ReplayPace(double? speed, DateTimeOffset? start = null)
{
    private DateTimeOffset? origin = start;
    private TimeSpan begin;

    /// <summary>How long to wait yet; zero or less is now.</summary>
    /// <param name="observed">The message's observed time, or null.</param>
    /// <param name="elapsed">Time since the replay began.</param>
    public TimeSpan Until(DateTimeOffset? observed, TimeSpan elapsed)
    {
        if (speed is not { } factor || observed is not { } at)
        {
            return TimeSpan.Zero;
        }

        if (origin is not { } first)
        {
            (origin, begin) = (at, elapsed);
            return TimeSpan.Zero;
        }

        return begin + ((at - first) / factor) - elapsed;
    }
}
