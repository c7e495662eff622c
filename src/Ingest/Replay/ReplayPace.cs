namespace Jianwei.Ingest.Replay;

/// <summary>When a message is due: gaps of stream time divided by the speed. Pure; the clock is given.</summary>
public sealed class ReplayPace(double? speed)
{
    private DateTimeOffset? origin;
    private TimeSpan start;

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
            (origin, start) = (at, elapsed);
            return TimeSpan.Zero;
        }

        return start + ((at - first) / factor) - elapsed;
    }
}
