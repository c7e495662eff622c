using FsCheck;
using FsCheck.Fluent;
using Jianwei.Featurizer.State;

namespace Jianwei.Featurizer.Sweeper;

public sealed class SweepScheduleTests
{
    private const uint Noon = (19_700 * Days.Seconds) + (Days.Seconds / 2);

    [Fact]
    public void Due_IsTheCompanysOwnSecondOfTheDayAndNeverAfterTheWatermark() => Check.QuickThrowOnFailure(Prop.ForAll(
        Gen.Choose(0, 1_000_000).Zip(Gen.Choose(0, 400 * (int)Days.Seconds)).ToArbitrary(),
        pair =>
        {
            var (number, back) = pair;
            var company = $"X-TEST:{number}";
            var tick = SweepSchedule.Due(company, Noon - (uint)back, Noon);
            return tick is { } at
                ? at <= Noon && at > Noon - back && at % Days.Seconds == SweepSchedule.Second(company) && Noon - at < Days.Seconds
                : back < Days.Seconds;
        }));

    [Fact]
    public void CompanyScoredSinceItsSecond_IsNotDue()
    {
        var tick = SweepSchedule.Due("X-TEST:1", Noon - (3 * Days.Seconds), Noon);
        Assert.NotNull(tick);
        Assert.Null(SweepSchedule.Due("X-TEST:1", tick.Value, Noon));
    }

    [Fact]
    public void NothingHeardYet_NothingDue() => Assert.Null(SweepSchedule.Due("X-TEST:1", 0, 0));

    [Fact]
    public void Seconds_AreSpreadEvenlyOverTheDay()
    {
        var hours = Enumerable.Range(0, 24_000).GroupBy(i => SweepSchedule.Second($"CN-USCC:91310000MA1FL{i:D5}") / 3_600).ToList();
        Assert.Equal(24, hours.Count);
        Assert.All(hours, h => Assert.InRange(h.Count(), 800, 1_200));
    }
}
