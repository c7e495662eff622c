using System.Text;
using Confluent.Kafka;

namespace Jianwei.Scorer.Lanes;

public sealed class LaneSplitTests
{
    [Theory]
    [InlineData("CN-USCC:91310000MA1FL{0:D4}X", 2)]
    [InlineData("FR-SIREN:{0:D9}", 3)]
    [InlineData("US-CIK:{0}", 4)]
    [InlineData("{0}", 8)]
    public void LaneOf_SpreadsCompaniesOfAnyPartition(string form, int lanes)
    {
        const int Companies = 4_000;

        var counts = Enumerable.Range(0, Companies).CountBy(i => LaneSplit.LaneOf(Record(string.Format(null, form, i), i % 5), lanes)).ToDictionary();

        Assert.Equal(Enumerable.Range(0, lanes), counts.Keys.Order());
        Assert.All(counts.Values, count => Assert.InRange(count, Companies / lanes * 0.7, Companies / lanes * 1.3));
    }

    [Fact]
    public void LaneOf_IsTheKeysAlone() =>
        Assert.Equal(LaneSplit.LaneOf(Record("US-CIK:320193", 1), 64), LaneSplit.LaneOf(Record("US-CIK:320193", 2), 64));

    [Fact]
    public void LaneOf_TakesThePartitionWhereThereIsNoKey()
    {
        var lanes = Enumerable.Range(0, 100).Select(partition => LaneSplit.LaneOf(Record(null, partition), 4)).ToList();

        Assert.Equal([0, 1, 2, 3], lanes.Distinct().Order());
        Assert.Equal(lanes[7], LaneSplit.LaneOf(Record("", 7), 4));
    }

    [Theory]
    [InlineData(1, 4, 1)]
    [InlineData(63, 4, 1)]
    [InlineData(64, 4, 2)]
    [InlineData(2_000, 4, 4)]
    [InlineData(2_000, 1, 1)]
    public void Count_IsWhatTheRowsAreWorth(int rows, int lanes, int expected) => Assert.Equal(expected, LaneSplit.Count(rows, lanes));

    private static ConsumeResult<byte[], byte[]> Record(string? key, int partition) => new()
    {
        Topic = "score-requests",
        Partition = partition,
        Message = new Message<byte[], byte[]> { Key = key is null ? null! : Encoding.UTF8.GetBytes(key), Value = [] },
    };
}
