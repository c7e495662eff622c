using Jianwei.Servers;

namespace Jianwei.Core.Kafka;

/// <summary>Batching and back-pressure.</summary>
public sealed class StageLoopFlowTests
{
    [Fact]
    public async Task Batch_EndsAtItsSizeOrItsTime()
    {
        using var mock = MockKafka.Start();
        var sizes = new List<int>();
        await using var harness = new LoopHarness(mock.Bootstrap, "", new() { BatchSizeLimit = 7, BufferingTimeLimit = TimeSpan.FromMilliseconds(400) }, (batch, _) =>
        {
            sizes.Add(batch.Count);
            return Task.CompletedTask;
        });
        await harness.SendAsync(0, 0, 16);

        await harness.StartAsync();
        await LoopHarness.UntilAsync(() => harness.Handled.Count == 16, "16 records");

        Assert.Equal([7, 7, 2], sizes);
    }

    // Long enough for partitions to be paused, twice.
    [Fact]
    public async Task SlowHandler_LosesAndReordersNothing()
    {
        using var mock = MockKafka.Start();
        var slow = 3;
        await using var harness = new LoopHarness(mock.Bootstrap, "", new() { BatchSizeLimit = 50, BufferingTimeLimit = TimeSpan.FromMilliseconds(5), QueueLimit = 1 },
            async (_, stopping) =>
            {
                if (Interlocked.Decrement(ref slow) >= 0)
                    await Task.Delay(1_600, stopping);
            });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(p => harness.SendAsync(p, 0, 600)));

        await harness.StartAsync();
        await LoopHarness.UntilAsync(() => harness.Handled.Count >= 2_400, "2,400 records");
        await Task.Delay(300);

        Assert.All(Enumerable.Range(0, 4), p => LoopHarness.AssertWhole(harness.Handled, p, 600));
        await LoopHarness.UntilAsync(() => Enumerable.Range(0, 4).All(p => harness.Committed(p) == 600), "commit");
    }
}
