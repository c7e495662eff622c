using System.Diagnostics.Metrics;
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
        await using var harness = new LoopHarness(
            mock.Bootstrap, "", new() { BatchSizeLimit = 7, BufferingTimeLimit = TimeSpan.FromMilliseconds(400) },
            (batch, _) =>
            {
                sizes.Add(batch.Count);
                return Task.CompletedTask;
            });
        await harness.SendAsync(0, 0, 16);

        await harness.StartAsync();
        await LoopHarness.UntilAsync(() => harness.Handled.Count == 16, "16 records");

        Assert.Equal([7, 7, 2], sizes);
    }

    // Nothing is read of the second partition while the stage is held up, and its end grows.
    [Fact]
    public async Task Lag_CountsPartitionsThatNothingWasReadOf()
    {
        using var mock = MockKafka.Start();
        var go = new TaskCompletionSource();
        var stage = $"lag-{Guid.NewGuid():N}";
        await using var harness = new LoopHarness(
            mock.Bootstrap, "", new() { BatchSizeLimit = 1, BufferingTimeLimit = TimeSpan.Zero, QueueLimit = 1 },
            (_, stop) => go.Task.WaitAsync(stop), stage);
        await harness.SendAsync(0, 0, 5);

        await harness.StartAsync();
        await LoopHarness.UntilAsync(() => harness.Story.Contains("in"), "the stage is held up");
        await harness.SendAsync(1, 0, 7);
        await LoopHarness.UntilAsync(() => Lag(stage) == 12, $"12 messages behind, not {Lag(stage)}");

        go.SetResult();
        await LoopHarness.UntilAsync(() => Lag(stage) == 0, $"nothing behind, not {Lag(stage)}");
    }

    private static long Lag(string stage)
    {
        var found = -1L;
        using var listener = new MeterListener
        {
            InstrumentPublished = (i, l) =>
            {
                if (i.Name == "jianwei_stage_lag_messages")
                    l.EnableMeasurementEvents(i);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => found = tags[0].Value as string == stage ? value : found);
        listener.Start();
        listener.RecordObservableInstruments();
        return found;
    }

    // Long enough for partitions to be paused, twice.
    [Fact]
    public async Task SlowHandler_LosesAndReordersNothing()
    {
        using var mock = MockKafka.Start();
        var slow = 3;
        await using var harness = new LoopHarness(
            mock.Bootstrap, "", new() { BatchSizeLimit = 50, BufferingTimeLimit = TimeSpan.FromMilliseconds(5), QueueLimit = 1 },
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
