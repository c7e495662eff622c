namespace Jianwei.Alerts.Delivery;

/// <summary>How long to wait between attempts at a delivery.</summary>
public static class RetryPause
{
    /// <summary>
    /// The first pause doubled for each failed attempt after the first, at least what the receiver asked for, at most the longest.
    /// </summary>
    /// <param name="options">First and longest pause.</param>
    /// <param name="failed">Failed attempts so far, 1 or more.</param>
    /// <param name="asked">The receiver's <c>Retry-After</c>, if it said one.</param>
    public static TimeSpan After(DeliveryOptions options, int failed, TimeSpan? asked = null)
    {
        var doubled = options.FirstPause.TotalSeconds * Math.Pow(2, Math.Min(failed - 1, 40));
        var wanted = Math.Max(doubled, asked?.TotalSeconds ?? 0);
        return TimeSpan.FromSeconds(Math.Min(wanted, options.LongestPause.TotalSeconds));
    }
}
