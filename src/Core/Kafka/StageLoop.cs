using System.Collections.Concurrent;
using System.Threading.Channels;
using Confluent.Kafka;
using Jianwei.Core.Failures;
using Jianwei.Core.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Jianwei.Core.Kafka;

/// <summary>
/// Feeds one stage: a poll thread collects batches by size or time, a worker hands them to the handler one at a time, and
/// offsets are committed only after the handler has returned.
/// </summary>
/// <remarks>
/// <c>epoch</c> counts rebalances and rewinds: a batch of an older epoch is dropped before it is handled, because its records will be
/// read again or belong to somebody else; one under way ends, and a rebalance waits for it. Between subscribing and closing only the poll
/// thread talks to the consumer, except for <c>StoreOffset</c>.
/// With a <see cref="TopicMerge"/> the topics are read in one order by time.
/// When the queue stays full for <see cref="PatienceWhenFull"/>, the partitions are paused, so that polling (and with it
/// membership of the group) goes on while the stage is slow or its servers are away.
/// </remarks>
public sealed class StageLoop(
    string stage,
    IReadOnlyList<string> topics,
    StageOptions batching,
    IBatchHandler handler,
    KafkaClients kafka,
    StageHealth health,
    TimeProvider time,
    IHostApplicationLifetime lifetime,
    ILogger<StageLoop> log,
    TopicMerge? merge = null) : BackgroundService
{
    private static readonly TimeSpan PatienceWhenFull = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PatienceOnRevoke = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BrokerLook = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ResumeInterval = TimeSpan.FromSeconds(10);

    private readonly StageLog say = new(stage, log);
    private readonly SemaphoreSlim handling = new(1);
    private readonly Channel<Batch> queue = Channel.CreateBounded<Batch>(
        new BoundedChannelOptions(batching.QueueLimit) { SingleReader = true, SingleWriter = true });

    // Next offset to handle, by partition, from the first record that was read: a rewind drops what is queued and reads from here.
    private readonly ConcurrentDictionary<TopicPartition, Offset> next = [];
    private volatile int epoch;
    private volatile IReadOnlyList<TopicPartitionOffset>? rewind;
    private volatile bool brokersDown;
    private long lookedForBrokers;
    private uint asked;
    private long resumed;

    private sealed record Batch(int Epoch, List<ConsumeResult<byte[], byte[]>> Records);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        health.Set(stage, StageState.Starting);
        try
        {
            await kafka.EnsureTopicsAsync(stoppingToken, reason => health.Set(stage, StageState.Retrying, reason));
            await RunAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
        catch (Exception e)
        {
            say.Fatal(e);
            Environment.ExitCode = 3;
            lifetime.StopApplication();
        }
        finally
        {
            health.Set(stage, StageState.Stopped);
        }
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var consumer = kafka.Consumer(kafka.Group(stage), partitionEnds: merge is not null)
            .SetPartitionsAssignedHandler((_, partitions) => Assigned(partitions.Count))
            .SetPartitionsRevokedHandler((c, partitions) => Revoked(c, partitions.ConvertAll(p => p.TopicPartition)))
            .SetPartitionsLostHandler((_, partitions) => Lost(partitions.ConvertAll(p => p.TopicPartition)))
            .SetErrorHandler((_, error) => OnError(error))
            .SetLogHandler((_, message) => say.Client(message))
            .Build();
        consumer.Subscribe(topics);
        var poll = Task.Factory.StartNew(
            () => Poll(consumer, both.Token), both.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var work = WorkAsync(consumer, both.Token);
        try
        {
            await await Task.WhenAny(poll, work);
        }
        finally
        {
            await both.CancelAsync();
            await Task.WhenAll(Quiet(poll), Quiet(work));
            consumer.Close();
        }
    }

    private static Task Quiet(Task task) => task.ContinueWith(t => _ = t.Exception, TaskScheduler.Default);

    private void Poll(IConsumer<byte[], byte[]> consumer, CancellationToken stopping)
    {
        var inbox = new Inbox(consumer, merge, batching, time);
        var lag = new LagReport(stage, new(consumer), time);
        while (!stopping.IsCancellationRequested)
        {
            ServeRewind(consumer);
            LookForBrokers(consumer);
            ReportLag(lag, paused: false);
            if (inbox.Epoch != epoch)
            {
                inbox.Reset(epoch);
            }

            if (time.GetElapsedTime(resumed) >= ResumeInterval)
            {
                inbox.ResumeForgotten();
                resumed = time.GetTimestamp();
            }

            if (inbox.Due)
            {
                Enqueue(consumer, new Batch(inbox.Epoch, inbox.Take()), inbox, lag, stopping);
                continue;
            }

            var record = Consume(consumer, inbox.Patience);
            if (inbox.Epoch != epoch)
            {
                // Read across a rebalance inside Consume: it belongs to the new epoch.
                inbox.Reset(epoch);
            }

            if (record is { IsPartitionEOF: false })
            {
                next.TryAdd(record.TopicPartition, record.Offset);
            }

            inbox.Add(record);
        }
    }

    private void ReportLag(LagReport lag, bool paused)
    {
        if (!brokersDown)
        {
            lag.Tell(epoch, next, paused);
        }
    }

    // Nothing tells that brokers are back while there is nothing to read, so ask: one partition after the other, as one may stay away.
    // What is read proves nothing: it may have been fetched before.
    private void LookForBrokers(IConsumer<byte[], byte[]> consumer)
    {
        if (!brokersDown || time.GetElapsedTime(lookedForBrokers) < BrokerLook || consumer.Assignment is not [_, ..] partitions)
        {
            return;
        }

        try
        {
            consumer.QueryWatermarkOffsets(partitions[(int)(asked++ % (uint)partitions.Count)], BrokerLook);
            brokersDown = false;
            Running();
        }
        catch (KafkaException)
        {
            // Still away.
        }

        lookedForBrokers = time.GetTimestamp();
    }

    private void Running()
    {
        if (!brokersDown && health.Set(stage, StageState.Running))
        {
            say.Running();
        }
    }

    private ConsumeResult<byte[], byte[]>? Consume(IConsumer<byte[], byte[]> consumer, TimeSpan wait)
    {
        try
        {
            return consumer.Consume(wait);
        }
        catch (ConsumeException e) when (!e.Error.IsFatal)
        {
            say.ConsumeFailed(e.Error);
            return null;
        }
    }

    private void Enqueue(IConsumer<byte[], byte[]> consumer, Batch batch, Inbox inbox, LagReport lag, CancellationToken stopping)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        patience.CancelAfter(PatienceWhenFull);
        if (Wait(batch, patience.Token))
        {
            return;
        }

        inbox.PauseAll();
        while (!stopping.IsCancellationRequested && batch.Epoch == epoch && rewind is null && !queue.Writer.TryWrite(batch))
        {
            ReportLag(lag, paused: true);
            if (Consume(consumer, Inbox.IdlePoll) is { IsPartitionEOF: false } stray)
            {
                // Of a new assignment, which the client keeps paused and which is read from here.
                consumer.Seek(stray.TopicPartitionOffset);
            }
        }

        inbox.ResumeAll();
    }

    private bool Wait(Batch batch, CancellationToken patience)
    {
        while (!queue.Writer.TryWrite(batch))
        {
            try
            {
                if (!queue.Writer.WaitToWriteAsync(patience).AsTask().GetAwaiter().GetResult())
                {
                    return true;
                }
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }

        return true;
    }

    private void ServeRewind(IConsumer<byte[], byte[]> consumer)
    {
        if (rewind is not { } offsets)
        {
            return;
        }

        // In this order: the worker must not see an old batch of a current epoch once the rewind is taken.
        Interlocked.Increment(ref epoch);
        rewind = null;
        var wanted = offsets.ToDictionary(o => o.TopicPartition, o => o.Offset);
        foreach (var partition in consumer.Assignment)
        {
            // A partition that nothing was read of has nothing to read again, and cannot be sought yet.
            if (next.TryGetValue(partition, out var offset))
            {
                var to = wanted.GetValueOrDefault(partition, offset);
                next[partition] = to;
                consumer.Seek(new TopicPartitionOffset(partition, to));
                if (to.Value > offset.Value)
                {
                    // Another owner has handled what is left out, and perhaps nothing comes after it that would be committed.
                    Store(consumer, partition);
                }
            }
        }
    }

    private async Task WorkAsync(IConsumer<byte[], byte[]> consumer, CancellationToken stopping)
    {
        await foreach (var batch in queue.Reader.ReadAllAsync(stopping))
        {
            await handling.WaitAsync(stopping);
            try
            {
                await HandleAsync(consumer, batch, stopping);
            }
            finally
            {
                handling.Release();
            }
        }
    }

    private async Task HandleAsync(IConsumer<byte[], byte[]> consumer, Batch batch, CancellationToken stopping)
    {
        var pause = RetrySchedule.First;

        // The rewind first: the poll thread raises the epoch before it takes the rewind.
        while (rewind is null && batch.Epoch == epoch)
        {
            try
            {
                await handler.HandleAsync(batch.Records, stopping);
                Store(consumer, batch);
                Running();
                return;
            }
            catch (RewindException e)
            {
                say.Rewinding(e.Message);
                rewind = e.Offsets;
                return;
            }
            catch (Exception e) when (Failure.Classify(e) == FailureKind.Retryable)
            {
                stopping.ThrowIfCancellationRequested();
                health.Set(stage, StageState.Retrying, e.Message);
                say.Retrying(e.Message, pause);
                await Task.Delay(pause, time, stopping);
                pause = RetrySchedule.After(pause);
            }
        }
    }

    private void Store(IConsumer<byte[], byte[]> consumer, Batch batch)
    {
        foreach (var record in batch.Records)
        {
            next[record.TopicPartition] = record.Offset + 1;
        }

        foreach (var partition in batch.Records.Select(r => r.TopicPartition).Distinct())
        {
            Store(consumer, partition);
        }
    }

    private void Store(IConsumer<byte[], byte[]> consumer, TopicPartition partition)
    {
        try
        {
            consumer.StoreOffset(new TopicPartitionOffset(partition, next[partition]));
        }
        catch (KafkaException)
        {
            // No longer ours: whoever owns it now reads it again, and applies it to no effect.
        }
    }

    private void Assigned(int count)
    {
        Interlocked.Increment(ref epoch);
        next.Clear();
        if (health.Set(stage, StageState.Running))
        {
            say.Assigned(count);
        }
    }

    private void Revoked(IConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions)
    {
        Lost(partitions);
        try
        {
            consumer.Commit();
        }
        catch (KafkaException)
        {
            // Nothing stored, or the group has moved on: the records are read again.
        }
    }

    private void Lost(List<TopicPartition> partitions)
    {
        Interlocked.Increment(ref epoch);
        if (handling.Wait(PatienceOnRevoke))
        {
            handling.Release();
        }

        handler.Revoked(partitions);
    }

    private void OnError(Error error)
    {
        if (error.Code is ErrorCode.Local_AllBrokersDown)
        {
            var reason = $"Kafka at {kafka.Options.BootstrapServers} (Kafka:BootstrapServers) cannot be reached";
            if (!brokersDown)
            {
                say.Retrying(reason, BrokerLook);
            }

            brokersDown = true;
            health.Set(stage, StageState.Retrying, reason);
        }

        say.Client(error);
    }
}
