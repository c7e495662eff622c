using Jianwei.Servers;

namespace Jianwei.Core.Kafka;

/// <summary>Batching, back-pressure and rebalances.</summary>
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

    [Fact]
    public async Task Rebalance_LetsTheBatchEndBeforePartitionsLeave()
    {
        using var mock = MockKafka.Start();
        var entered = new TaskCompletionSource();
        var slow = true;
        var batching = new StageOptions { BatchSizeLimit = 20, BufferingTimeLimit = TimeSpan.FromMilliseconds(5), QueueLimit = 1 };
        await using var first = new LoopHarness(mock.Bootstrap, "", batching, async (_, stopping) =>
        {
            entered.TrySetResult();
            await Task.Delay(slow ? 600 : 1, stopping);
        });
        await using var second = new LoopHarness(mock.Bootstrap, "", batching, (_, _) => Task.CompletedTask);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(p => first.SendAsync(p, 0, 200)));
        await first.StartAsync();
        await entered.Task;

        await second.StartAsync();
        await LoopHarness.UntilAsync(() => first.Story.Contains("revoked"), "revoked");
        slow = false;
        await LoopHarness.UntilAsync(() => Enumerable.Range(0, 4).All(p => first.Committed(p) == 200), "all committed");

        // Nothing was being handled when partitions left.
        var story = first.Story.ToList();
        Assert.NotEqual("in", story[story.IndexOf("revoked") - 1]);
        foreach (var partition in Enumerable.Range(0, 4))
        {
            var all = first.Handled.Concat(second.Handled).Where(h => h.Partition == partition).Select(h => h.Offset).ToList();
            Assert.Equal(Enumerable.Range(0, 200).Select(i => (long)i), all.Distinct().Order());
            Assert.Equal(200, all.Count); // what was handled was committed when it left
        }
    }

    [Fact]
    public async Task Restart_GoesOnBehindWhatWasHandled()
    {
        using var mock = MockKafka.Start();
        var batching = new StageOptions { BatchSizeLimit = 20, BufferingTimeLimit = TimeSpan.FromMilliseconds(5) };
        var first = new LoopHarness(mock.Bootstrap, "", batching, (_, _) => Task.CompletedTask);
        await first.SendAsync(0, 0, 50);
        await first.StartAsync();
        await LoopHarness.UntilAsync(() => first.Handled.Count == 50, "50 records");
        await first.DisposeAsync();

        await using var second = new LoopHarness(mock.Bootstrap, "", batching, (_, _) => Task.CompletedTask);
        await second.SendAsync(0, 50, 30);
        await second.StartAsync();
        await LoopHarness.UntilAsync(() => second.Handled.Count >= 30, "30 records");

        Assert.Equal(Enumerable.Range(50, 30).Select(i => (long)i), second.Handled.Select(h => h.Offset));
    }
}
