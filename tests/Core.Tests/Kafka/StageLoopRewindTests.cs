using Confluent.Kafka;
using Jianwei.Servers;

namespace Jianwei.Core.Kafka;

/// <summary>A rewind reads again exactly what it must, and drops nothing else.</summary>
public sealed class StageLoopRewindTests
{
    private static readonly StageOptions Small =
        new() { BatchSizeLimit = 10, BufferingTimeLimit = TimeSpan.FromMilliseconds(20), QueueLimit = 3 };

    [Fact]
    public async Task Rewind_ReadsAgainFromExactlyThere()
    {
        using var mock = MockKafka.Start();
        var rewound = false;
        LoopHarness? loop = null;
        await using var harness = loop = new LoopHarness(mock.Bootstrap, "", Small, (batch, _) =>
        {
            if (rewound || batch[^1].Offset < 35)
                return Task.CompletedTask;
            rewound = true;
            throw new RewindException("Redis is behind", [new(loop!.Kafka.Topics.Events, 0, 13)]);
        });
        await harness.SendAsync(0, 0, 60);

        await harness.StartAsync();
        await LoopHarness.UntilAsync(() => harness.Handled.LastOrDefault().Offset == 59, "offset 59");

        var offsets = harness.Handled.Select(h => h.Offset).ToList();
        var before = offsets.IndexOf(offsets.Zip(offsets.Skip(1)).First(p => p.Second < p.First).First);
        Assert.Equal(Enumerable.Range(0, before + 1).Select(i => (long)i), offsets.Take(before + 1));
        Assert.Equal(Enumerable.Range(13, 47).Select(i => (long)i), offsets.Skip(before + 1));
        await LoopHarness.UntilAsync(() => harness.Committed(0) == 60, "commit");
    }

    // Another owner has handled them all. Nothing comes after them, so nothing else would ever be committed.
    [Fact]
    public async Task Rewind_ToTheEndIsCommitted()
    {
        using var mock = MockKafka.Start();
        LoopHarness? loop = null;
        await using var harness = loop = new LoopHarness(
            mock.Bootstrap, "", Small, (_, _) => throw new RewindException("Redis is ahead", [new(loop!.Kafka.Topics.Events, 0, 5)]));
        await harness.SendAsync(0, 0, 5);

        await harness.StartAsync();
        await LoopHarness.UntilAsync(() => harness.Committed(0) == 5, "commit");
        Assert.Empty(harness.Handled);
    }

    // Records of other partitions wait in the queue, never handled, when one partition is rewound.
    [Fact]
    public async Task Rewind_LosesNothingOfOtherPartitions()
    {
        using var mock = MockKafka.Start();
        var entered = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        var rewound = false;
        LoopHarness? loop = null;
        await using var harness = loop = new LoopHarness(mock.Bootstrap, "", Small, async (_, _) =>
        {
            if (rewound)
                return;
            rewound = true;
            entered.SetResult();
            await go.Task;
            throw new RewindException("Redis is behind", [new(loop!.Kafka.Topics.Events, 0, 0)]);
        });
        await harness.SendAsync(0, 0, 3);
        await harness.StartAsync();
        await entered.Task;
        foreach (var partition in new[] { 1, 2, 3 })
            await harness.SendAsync(partition, 0, 8);
        await Task.Delay(700); // they reach the queue

        go.SetResult();
        await LoopHarness.UntilAsync(() => harness.Handled.Count >= 27, "27 records", 8);

        LoopHarness.AssertWhole(harness.Handled, 0, 3);
        foreach (var partition in new[] { 1, 2, 3 })
            LoopHarness.AssertWhole(harness.Handled, partition, 8);
    }

    [Fact]
    public async Task Rewind_AgainAndAgainUnderLoadEndsWithEveryRecordInOrder()
    {
        using var mock = MockKafka.Start();
        var random = new Random(7);
        var handled = new Dictionary<int, List<long>>();
        LoopHarness? loop = null;
        await using var harness = loop = new LoopHarness(mock.Bootstrap, "", Small, (batch, _) =>
        {
            var back = new List<TopicPartitionOffset>();
            foreach (var records in batch.GroupBy(r => r.TopicPartition))
            {
                if (!handled.TryGetValue(records.Key.Partition.Value, out var seen))
                    handled[records.Key.Partition.Value] = seen = [];
                Assert.True(records.First().Offset.Value <= seen.Count, $"{records.Key}: {records.First().Offset} after {seen.Count}");
                seen.AddRange(records.Select(r => r.Offset.Value).Where(o => o >= seen.Count));
                if (random.Next(12) == 0)
                {
                    seen.RemoveRange(seen.Count / 2, seen.Count - (seen.Count / 2));
                    back.Add(new(records.Key, seen.Count));
                }
            }

            return back.Count > 0 ? throw new RewindException("again", back) : Task.CompletedTask;
        });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(p => harness.SendAsync(p, 0, 400)));

        await harness.StartAsync();
        await LoopHarness.UntilAsync(() => Enumerable.Range(0, 4).All(p => harness.Committed(p) == 400), "all committed");

        Assert.All(Enumerable.Range(0, 4), p => Assert.Equal(Enumerable.Range(0, 400).Select(i => (long)i), handled[p]));
        Assert.False(harness.StopRequested);
    }
}
