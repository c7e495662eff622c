using Jianwei.Simulator.Randomness;
using Jianwei.Simulator.World;

namespace Jianwei.Simulator.Events;

/// <summary>A time during which a feed delivers nothing; what it held back comes within an hour after it.</summary>
/// <param name="Feed">Which feed.</param>
/// <param name="From">Seconds since 1970, included.</param>
/// <param name="To">Seconds since 1970, excluded.</param>
public readonly record struct Outage(Feed Feed, long From, long To);

/// <summary>The outages of a world. They are public.</summary>
public sealed class Outages
{
    /// <summary>Longest outage in days. With <see cref="DelayLaw.Longest"/> it is less than three months of any length (89 days).</summary>
    public const int LongestDays = 24;

    private const int ShortestDays = 3;
    private const int ReleaseSeconds = 3_600;

    private readonly List<Outage>[] byFeed = [.. Enumerable.Range(0, Feeds.Count).Select(_ => new List<Outage>())];

    public Outages(WorldOptions world, ulong seed, Calendar calendar)
    {
        for (var feed = 0; feed < Feeds.Count; feed++)
        {
            // Beyond the events' end too: an outage that ends later may have begun before.
            for (var month = 0; month < calendar.LabelMonths; month++)
            {
                var random = new RandomStream(seed, Purpose.Outages, feed, month);
                if (random.Chance(world.OutagesAYear / Calendar.Year))
                {
                    Add((Feed)feed, calendar, month, ref random);
                }
            }
        }
    }

    public IReadOnlyList<Outage> Of(Feed feed) => byFeed[(int)feed];

    // It ends at six in the morning, so that no release runs over a month's end; a day at least lies between two.
    private void Add(Feed feed, Calendar calendar, int month, ref RandomStream random)
    {
        var days = ShortestDays + random.Below(LongestDays - ShortestDays + 1);
        var to = calendar.Start(month) + ((1 + random.Below(25)) * Calendar.Day) + (6 * 3_600);
        var earliest = byFeed[(int)feed] is [.., var last] ? last.To + Calendar.Day : calendar.Start(0);
        var from = Math.Max(earliest, to - (days * Calendar.Day));
        if (from < to)
        {
            byFeed[(int)feed].Add(new(feed, from, to));
        }
    }

    /// <summary>When a message that was to be delivered at a time is delivered.</summary>
    public long Deliver(Feed feed, long due, ref RandomStream random)
    {
        foreach (var outage in byFeed[(int)feed])
        {
            if (due >= outage.From && due < outage.To)
            {
                return outage.To + random.Below(ReleaseSeconds);
            }
        }

        return due;
    }

    /// <summary>
    /// What was due by this time has been delivered by <paramref name="time"/>: the time itself, or the outage's start during one.
    /// </summary>
    public long DueBy(Feed feed, long time)
    {
        foreach (var outage in byFeed[(int)feed])
        {
            if (time >= outage.From && time < outage.To + ReleaseSeconds)
            {
                return outage.From;
            }
        }

        return time;
    }
}
