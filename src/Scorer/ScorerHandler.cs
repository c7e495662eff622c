using Confluent.Kafka;
using Jianwei.Core.Kafka;
using Jianwei.Scorer.Batching;
using Jianwei.Scorer.Lanes;
using Jianwei.Scorer.Swap;
using Jianwei.Scorer.Telemetry;
using Jianwei.Scorer.Texts;
using Microsoft.Extensions.Options;

namespace Jianwei.Scorer;

/// <summary>
/// Sends messages and returns when all are acknowledged. When it has returned, or failed, their values are the stage's again.
/// </summary>
internal delegate Task Send(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation);

/// <summary>The stage: a batch of score requests in, as many scores (and dead letters) acknowledged.</summary>
public sealed class ScorerHandler : IBatchHandler
{
    // Fewer rows than these are not worth another thread.
    private const int FewestRows = 32;

    private readonly ModelSlot _slot;
    private readonly Send _send;
    private readonly LaneMerge _merge;
    private readonly int _batchSizeLimit;
    private readonly CoalesceMode _coalesce;
    private readonly ScoreLatency _latency;
    private readonly TimeProvider _time;

    private Lane[] _lanes = []; // made for the first model; every later one has its contract and as many
    private int _used; // lanes that share the batch at hand

    public ScorerHandler(
        ModelSlot slot, AckedProducer producer, DeadLetterWriter deadLetters, KafkaClients kafka, IOptions<ScorerOptions> options,
        IOptionsMonitor<StageOptions> batching, ScoreLatency latency, TimeProvider time)
        : this(
            slot, producer.SendAsync, deadLetters, kafka.Topics, options.Value.Coalesce,
            batching.Get(ScorerServices.Section).BatchSizeLimit, latency, time)
    {
    }

    internal ScorerHandler(
        ModelSlot slot, Send send, DeadLetterWriter deadLetters, Topics topics, CoalesceMode coalesce, int batchSizeLimit,
        ScoreLatency latency, TimeProvider time)
    {
        (_slot, _send, _merge) = (slot, send, new LaneMerge(coalesce, topics.Scores, deadLetters));
        (_coalesce, _batchSizeLimit, _latency, _time) = (coalesce, batchSizeLimit, latency, time);
    }

    /// <inheritdoc/>
    public async Task HandleAsync(IReadOnlyList<ConsumeResult<byte[], byte[]>> batch, CancellationToken cancellation)
    {
        foreach (var part in Parts(batch))
        {
            var started = _time.GetTimestamp();
            await ScoreAsync(part, cancellation);
            await _send(_merge.Messages, cancellation);
            Count(_time.GetElapsedTime(started));
        }
    }

    private IEnumerable<IReadOnlyList<ConsumeResult<byte[], byte[]>>> Parts(IReadOnlyList<ConsumeResult<byte[], byte[]>> batch) =>
        batch.Count <= _batchSizeLimit ? [batch] : batch.Chunk(_batchSizeLimit);

    // Under one lease: one model scores every lane's rows.
    private async Task ScoreAsync(IReadOnlyList<ConsumeResult<byte[], byte[]>> batch, CancellationToken cancellation)
    {
        using var lease = _slot.Take();
        Open(lease.Model);
        _used = Math.Clamp(batch.Count / FewestRows, 1, _lanes.Length);
        TextVectors[] texts = [.. new[] { lease.Model.Texts, lease.Shadow?.Candidate.Texts }.OfType<TextVectors>()];
        if (texts.Length == 0)
        {
            await RunAsync(_used, lane =>
            {
                Read(lane, batch);
                _lanes[lane].Score(lease.Model.Lanes[lane], null);
            });
        }
        else
        {
            await RunAsync(_used, lane => Read(lane, batch));
            foreach (var vectors in texts)
            {
                await vectors.ResolveAsync([.. _lanes.Take(_used).Select(lane => lane.Requests)], batch, cancellation);
            }

            await RunAsync(_used, lane => _lanes[lane].Score(lease.Model.Lanes[lane], lease.Model.Texts));
        }

        _merge.Take(_lanes.AsSpan(0, _used), lease.Model.Id, batch);
        for (var lane = 0; lane < _used; lane++)
        {
            lease.Shadow?.Observe(_lanes[lane].Requests.Matrix, _lanes[lane].Requests.Rows, _lanes[lane].Risks);
        }
    }

    private void Open(ServedModel model)
    {
        if (_lanes.Length == 0)
        {
            var reader = new RequestReader(model.Contract.Catalogue, model.Contract.FeatureCount);
            _lanes = [.. model.Lanes.Select(_ => new Lane(new RequestBatch(reader, _coalesce, model.Contract.FeatureCount)))];
        }

        // Of wall time a batch has one, however long its lanes take.
        var now = _time.GetUtcNow();
        foreach (var lane in model.Lanes)
        {
            lane.Writer.SetScoredTime(now);
        }
    }

    private void Read(int lane, IReadOnlyList<ConsumeResult<byte[], byte[]>> batch) =>
        _lanes[lane].Read(batch, Start(lane, batch.Count), Start(lane + 1, batch.Count));

    private int Start(int lane, int records) => (int)((long)records * lane / _used);

    // Returns when every lane has ended, also where one fails: the lease must outlast them all.
    private static async Task RunAsync(int lanes, Action<int> score)
    {
        Task[] others = [.. Enumerable.Range(1, lanes - 1).Select(lane => Task.Run(() => score(lane)))];
        try
        {
            score(0);
        }
        finally
        {
            await Task.WhenAll(others);
        }
    }

    private void Count(TimeSpan took)
    {
        var (now, scored) = (_time.GetUtcNow(), 0);
        foreach (var lane in _lanes.AsSpan(0, _used))
        {
            foreach (ref readonly var row in lane.Requests.Rows)
            {
                if (!row.Dropped)
                {
                    scored++;
                    CountLatency(row.AcceptedTime, now);
                }
            }
        }

        ScorerMetrics.Rows.Add(scored);
        ScorerMetrics.Coalesced.Add(_merge.Coalesced);
        ScorerMetrics.BatchRows.Record(scored);
        ScorerMetrics.BatchSeconds.Record(took.TotalSeconds);
    }

    // A clock behind the one at Ingest says nothing.
    private void CountLatency(DateTimeOffset accepted, DateTimeOffset now)
    {
        if (accepted != default && now >= accepted)
        {
            ScorerMetrics.EventToScoreSeconds.Record((now - accepted).TotalSeconds);
            _latency.Record(now - accepted);
        }
    }
}
