using Jianwei.Simulator.Truth;

namespace Jianwei.Simulator;

public sealed class LeadTimesTests
{
    private static readonly DateTimeOffset Start = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Alerts_AreJudgedByTheYearAfterThem()
    {
        var truth = new Dictionary<string, KnownDefault>
        {
            ["a"] = new(Day(500), InEvents: true), ["b"] = new(Day(600), InEvents: true),
            ["c"] = new(Day(900), InEvents: false), ["d"] = new(Day(50), InEvents: true),
        };

        var found = LeadTimes.Of(
            [
                ("a", Day(100)), // too early: 400 days
                ("a", Day(300)), ("a", Day(200)), // both count, the earlier one is the lead time
                ("b", Day(600)), // on the day itself is no warning
                ("b", Day(590)),
                ("c", Day(700)), // right, but its default is after the last event
                ("e", Day(10)), // never defaults
            ],
            truth);

        Assert.Equal(new(3, 2, (300 + 10) / 2.0, 7, 4), found);
    }

    [Fact]
    public void Median_IsNull_WhereNothingWasWarnedOf() =>
        Assert.Null(LeadTimes.Of([("x", Day(1))], new Dictionary<string, KnownDefault>()).MedianDays);

    [Theory]
    [InlineData("band_entered", null, true)]
    [InlineData("band_entered", "outcome", true)]
    [InlineData("jump", "recovered", true)]
    [InlineData("jump", "falling", false)]
    [InlineData("outcome", null, false)]
    public void ReportOfADefault_IsNoWarning(string rule, string? resolution, bool warns) =>
        Assert.Equal(warns, LeadTimes.Warns(rule, resolution));

    private static DateTimeOffset Day(int number) => Start.AddDays(number);
}
