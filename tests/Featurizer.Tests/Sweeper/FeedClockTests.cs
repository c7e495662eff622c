using Jianwei.Featurizer.State;
using Jianwei.Featurizer.Store;

namespace Jianwei.Featurizer.Sweeper;

public sealed class FeedClockTests
{
    private static readonly TimeSpan StalledAfter = TimeSpan.FromDays(3);

    [Fact]
    public void Watermark_IsTheNewestOfAllPartitionsAndSources()
    {
        var clock = new FeedClock([Watermarks.Parse("court=1000;warn=500"), Watermarks.Parse("warn=2000")], StalledAfter);
        Assert.Equal(2_000u, clock.Watermark);
        Assert.Equal(2_000u, clock.Sources["warn"]);
        Assert.Empty(clock.Stalled);
    }

    [Fact]
    public void SourceFarBehind_IsStalledAndItsCompaniesWithIt()
    {
        var day = 20_000 * Days.Seconds;
        var clock = new FeedClock([Watermarks.Parse($"court={day};warn={day - (4 * Days.Seconds)}")], StalledAfter);
        Assert.Equal(["warn"], clock.Stalled);
        Assert.True(clock.IsStalled(CompanyState.SourceBit("warn")));
        Assert.False(clock.IsStalled(CompanyState.SourceBit("court")));
        Assert.False(clock.IsStalled((ushort)(CompanyState.SourceBit("warn") | CompanyState.SourceBit("court"))));
    }

    [Fact]
    public void BitSharedWithALiveSource_CountsAsLive()
    {
        var day = 20_000 * Days.Seconds;
        Assert.Equal(CompanyState.SourceBit("ab"), CompanyState.SourceBit("ba"));
        var clock = new FeedClock([Watermarks.Parse($"ab={day};ba={day - (9 * Days.Seconds)}")], StalledAfter);
        Assert.False(clock.IsStalled(CompanyState.SourceBit("ba")));
    }

    [Fact]
    public void NothingHeard_NothingStalled()
    {
        var clock = new FeedClock([], StalledAfter);
        Assert.Equal(0u, clock.Watermark);
        Assert.Empty(clock.Stalled);
    }
}
