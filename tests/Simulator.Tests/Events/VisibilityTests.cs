using Jianwei.Simulator.Randomness;
using Jianwei.Simulator.World;

namespace Jianwei.Simulator.Events;

public sealed class VisibilityTests
{
    private static readonly Calendar Calendar = new(new(2021, 1, 1), 24);

    [Fact]
    public void Share_IsThatOfDrawnEvents_OutagesIncluded()
    {
        var outages = new Outages(new() { OutagesAYear = 6 }, 8, Calendar);
        var visibility = new Visibility(Calendar, outages);
        var random = new RandomStream(9, Purpose.Sample);
        foreach (var feed in Enum.GetValues<Feed>())
        {
            for (var month = 0; month < 20; month++)
            {
                var observed = Enumerable.Range(0, 4_000)
                    .Select(_ => outages.Deliver(
                        feed,
                        Calendar.Start(month) + (long)(random.Unit() * Calendar.LengthOf(month)) + Feeds.Delay(feed).Draw(ref random),
                        ref random))
                    .ToList();
                for (var later = 0; later < 4; later++)
                {
                    var share = observed.Count(o => o <= Calendar.EndOf(month + later)) / 4_000.0;
                    Assert.InRange(share - visibility.Of(feed, month, later), -0.04, 0.04);
                }
            }
        }
    }

    [Fact]
    public void Everything_IsDelivered_WithinThreeMonths()
    {
        for (var seed = 0UL; seed < 50; seed++)
        {
            var outages = new Outages(new() { OutagesAYear = 6 }, seed, Calendar);
            var random = new RandomStream(seed, Purpose.Sample);
            foreach (var feed in Enum.GetValues<Feed>())
            {
                for (var month = 0; month < 20; month++)
                {
                    var latest = outages.Deliver(feed, Calendar.EndOf(month) - 1 + (long)(DelayLaw.Longest * Calendar.Day), ref random);
                    Assert.True(latest <= Calendar.EndOf(month + Visibility.Months), $"{feed}, month {month}, seed {seed}");
                }
            }
        }
    }
}
