using Jianwei.Core.Failures;
using Jianwei.Core.Telemetry;
using Jianwei.Servers;

namespace Jianwei.Core.Kafka;

/// <summary>What the loop does when the handler fails.</summary>
public sealed class StageLoopFailureTests
{
    private static readonly StageOptions Small = new() { BatchSizeLimit = 10, BufferingTimeLimit = TimeSpan.FromMilliseconds(20) };

    [Fact]
    public async Task Retryable_KeepsOrderAndCommitsNothingBeforeSuccess()
    {
        using var mock = MockKafka.Start();
        var failures = 3;
        var committed = new List<long>();
        LoopHarness? loop = null;
        await using var harness = loop = new LoopHarness(mock.Bootstrap, "", Small, (_, _) =>
        {
            if (Interlocked.Decrement(ref failures) < 0)
                return Task.CompletedTask;
            committed.Add(loop!.Committed(0));
            throw new TimeoutException("Redis did not answer");
        });
        await harness.SendAsync(0, 0, 35);

        await harness.StartAsync();
        await LoopHarness.UntilAsync(
            () => harness.Health.Stages.TryGetValue("test", out var s) && s == new StageStatus(StageState.Retrying, "Redis did not answer"),
            "retrying");
        await LoopHarness.UntilAsync(() => harness.Handled.Count >= 35, "35 records");
        await LoopHarness.UntilAsync(() => harness.Committed(0) == 35, "commit");

        Assert.Equal([-1001, -1001, -1001], committed);
        Assert.Equal(["in", "failed", "in", "failed", "in", "failed", "in", "out"], harness.Story.Take(8));
        LoopHarness.AssertWhole(harness.Handled, 0, 35);
        Assert.Equal(StageState.Running, harness.Health.Stages["test"].State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Fatal_StopsTheHostWithExitCodeThree(bool sentence)
    {
        using var mock = MockKafka.Start();
        await using var harness = new LoopHarness(mock.Bootstrap, "", Small, (_, _) =>
            throw (sentence ? new FatalException("The model does not fit.") : new InvalidOperationException("a bug")));
        await harness.SendAsync(0, 0, 5);

        await harness.StartAsync();
        await LoopHarness.UntilAsync(() => harness.StopRequested, "stop");

        Assert.Equal(3, Environment.ExitCode);
        Environment.ExitCode = 0;
        await LoopHarness.UntilAsync(() => harness.Health.Stages["test"].State == StageState.Stopped, "stopped");
        Assert.Equal(-1001, harness.Committed(0));
    }

    [Fact]
    public async Task Stop_WhileAServerIsAwayIsNoFailure()
    {
        using var mock = MockKafka.Start();
        var entered = new TaskCompletionSource();
        var harness = new LoopHarness(mock.Bootstrap, "", Small, async (_, stopping) =>
        {
            entered.TrySetResult();
            await Task.WhenAny(Task.Delay(Timeout.Infinite, stopping));
            throw new TimeoutException("Redis did not answer");
        });
        await harness.SendAsync(0, 0, 5);
        await harness.StartAsync();
        await entered.Task;

        await harness.StopAsync();

        Assert.False(harness.StopRequested);
        Assert.Equal(0, Environment.ExitCode);
        Assert.Equal(-1001, harness.Committed(0));
        await harness.DisposeAsync();
    }
}
