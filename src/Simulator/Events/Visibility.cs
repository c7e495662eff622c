using Jianwei.Simulator.World;

namespace Jianwei.Simulator.Events;

/// <summary>
/// π: which share of a month's events has been delivered by the end of a later month. Events are even over their month and delays
/// independent of health, so what is seen by then is a thinned Poisson process (Kingman 1993, section 5.1).
/// </summary>
public sealed class Visibility
{
    /// <summary>Months after which everything of a month has been delivered.</summary>
    public const int Months = 3;

    private const int Points = 400;

    private readonly double[] shares;

    public Visibility(Calendar calendar, Outages outages)
    {
        shares = new double[Feeds.Count * calendar.Months * Months];
        for (var feed = 0; feed < Feeds.Count; feed++)
        {
            for (var month = 0; month < calendar.Months; month++)
            {
                for (var later = 0; later < Months && month + later < calendar.Months; later++)
                {
                    var due = outages.DueBy((Feed)feed, calendar.EndOf(month + later));
                    shares[Index((Feed)feed, month, later)] = Share(Feeds.Delay((Feed)feed), calendar, month, due);
                }
            }
        }
    }

    /// <summary>
    /// Share of the month's events delivered by the end of the month that is <paramref name="later"/> months later; 1 from 3 months on.
    /// </summary>
    public double Of(Feed feed, int month, int later) => later >= Months ? 1 : shares[Index(feed, month, later)];

    private static double Share(DelayLaw law, Calendar calendar, int month, long due)
    {
        var sum = 0.0;
        for (var p = 0; p < Points; p++)
        {
            sum += law.Within(due - calendar.Start(month) - ((p + 0.5) / Points * calendar.LengthOf(month)));
        }

        return sum / Points;
    }

    private static int Index(Feed feed, int month, int later) => (((month * Feeds.Count) + (int)feed) * Months) + later;
}
