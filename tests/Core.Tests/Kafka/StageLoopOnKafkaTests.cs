using Confluent.Kafka;
using Jianwei.Servers;

namespace Jianwei.Core.Kafka;

/// <summary>Restarts and rebalances on a real broker: records may come twice, but none is left out and none overtakes another.</summary>
[Trait("Length", "long")]
public sealed class StageLoopOnKafkaTests
{
    private const int Each = 100;
    private static readonly StageOptions Small =
        new() { BatchSizeLimit = 10, BufferingTimeLimit = TimeSpan.FromMilliseconds(20), QueueLimit = 3 };

    [Fact]
    public async Task Restart_GoesOnWhereItStopped()
    {
        var kafka = await KafkaServer.SharedAsync();
        var prefix = $"restart-{Guid.NewGuid():N}.";
        var handled = new List<(int Partition, long Offset, string Value)>();
        for (var round = 1; round <= 3; round++)
        {
            await using var harness = new LoopHarness(kafka.Bootstrap, prefix, Small, (_, stopping) => Task.Delay(2, stopping));
            foreach (var partition in Enumerable.Range(0, 4))
                await harness.SendAsync(partition, (round - 1) * 100, 100);
            await harness.StartAsync();
            var some = round < 3 ? 120 : 1_200 - handled.Count;
            await LoopHarness.UntilAsync(
                () => harness.Handled.Count >= some,
                $"{some} records in round {round}; there are {harness.Handled.Count}");
            await harness.StopAsync();
            handled.AddRange(harness.Handled);
        }

        // A clean stop commits what was handled: nothing comes twice.
        Assert.All(Enumerable.Range(0, 4), p => LoopHarness.AssertWhole(handled, p, 300));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Rebalance_LosesAndReordersNothing(int seed)
    {
        var kafka = await KafkaServer.SharedAsync();
        var prefix = $"rebalance-{Guid.NewGuid():N}.";
        var random = new Random(seed);
        LoopHarness Member() => new(kafka.Bootstrap, prefix, Small, (_, stopping) => Task.Delay(60, stopping));
        var all = new List<LoopHarness>();
        await using var first = Member();
        all.Add(first);
        var sent = 0;
        async Task FeedAsync(int count)
        {
            foreach (var partition in Enumerable.Range(0, 4))
                await first.SendAsync(partition, sent, count);
            sent += count;
        }

        await FeedAsync(Each);
        await first.StartAsync();
        for (var change = 0; change < 3; change++)
        {
            var member = Member();
            all.Add(member);
            await member.StartAsync();

            // However long the group takes to let it in, something must be left to read.
            await LoopHarness.UntilAsync(() => !member.Handled.IsEmpty, "the new member has work", 60, meanwhile: () => FeedAsync(10));
            await Task.Delay(random.Next(100, 600));
            await member.StopAsync();
        }

        await LoopHarness.UntilAsync(() => Enumerable.Range(0, 4).All(p => first.Committed(p) == sent), "all committed", 120);
        foreach (var partition in Enumerable.Range(0, 4))
        {
            var seen = all.SelectMany(m => m.Handled).Where(h => h.Partition == partition).Select(h => h.Offset).ToHashSet();
            Assert.Equal(sent, seen.Count);
            Assert.All(all, m => AssertInOrder(m, partition));
        }

        foreach (var member in all)
            await member.DisposeAsync();
    }

    // Going back is reading again; going on leaves nothing out, except what another member handled meanwhile.
    private static void AssertInOrder(LoopHarness member, int partition)
    {
        var offsets = member.Handled.Where(h => h.Partition == partition).Select(h => h.Offset).ToList();
        var leaps = offsets.Zip(offsets.Skip(1)).Count(p => p.Second > p.First + 1);
        Assert.InRange(leaps, 0, member.Story.Count(s => s == "revoked"));
    }
}
