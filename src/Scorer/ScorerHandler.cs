using Confluent.Kafka;
using Jianwei.Core.Kafka;
using Jianwei.Scorer.Batching;
using Jianwei.Scorer.Lanes;
using Jianwei.Scorer.Swap;
using Jianwei.Scorer.Telemetry;
using Microsoft.Extensions.Options;

namespace Jianwei.Scorer;

/// <summary>Sends messages and returns when all are acknowledged. When it has returned, or failed, their values are the stage's again.</summary>
internal delegate Task Send(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation);

/// <summary>The stage: a batch of score requests in, as many scores (and dead letters) acknowledged.</summary>
public sealed class ScorerHandler : IBatchHandler
{
    private readonly ModelSlot _slot;
    private readonly Send _send;
    private readonly LaneOutput _output;
    private readonly int _batchSizeLimit;
    private readonly CoalesceMode _coalesce;
    private readonly ScoreLatency _latency;
    private readonly TimeProvider _time;
    private readonly Answers _answers = new();

    private Lane[] _lanes = []; // made for the first model; every later one has its contract and as many

    public ScorerHandler(
        ModelSlot slot, AckedProducer producer, DeadLetterWriter deadLetters, KafkaClients kafka, IOptions<ScorerOptions> options,
        IOptionsMonitor<StageOptions> batching, ScoreLatency latency, TimeProvider time)
        : this(slot, producer.SendAsync, deadLetters, kafka.Topics, options.Value.Coalesce, batching.Get(ScorerServices.Section).BatchSizeLimit, latency, time)
    {
    }

    internal ScorerHandler(
        ModelSlot slot, Send send, DeadLetterWriter deadLetters, Topics topics, CoalesceMode coalesce, int batchSizeLimit, ScoreLatency latency,
        TimeProvider time)
    {
        (_slot, _send, _output) = (slot, send, new LaneOutput(topics.Scores, deadLetters));
        (_coalesce, _batchSizeLimit, _latency, _time) = (coalesce, batchSizeLimit, latency, time);
    }

    /// <inheritdoc/>
    public async Task HandleAsync(IReadOnlyList<ConsumeResult<byte[], byte[]>> batch, CancellationToken cancellation)
    {
        foreach (var part in Parts(batch))
        {
            var started = _time.GetTimestamp();
            await ScoreAsync(part);
            await _send(_answers.Collect(), cancellation);
            Count(_time.GetElapsedTime(started));
        }
    }

    private IEnumerable<IReadOnlyList<ConsumeResult<byte[], byte[]>>> Parts(IReadOnlyList<ConsumeResult<byte[], byte[]>> batch) =>
        batch.Count <= _batchSizeLimit ? [batch] : batch.Chunk(_batchSizeLimit);

    // Under one lease: one model scores every lane's rows.
    private async Task ScoreAsync(IReadOnlyList<ConsumeResult<byte[], byte[]>> batch)
    {
        using var lease = _slot.Take();
        Empty(lease.Model, batch.Count);
        var used = Split(batch);
        await RunAsync(used, lane => _lanes[lane].Score(lease.Model.Lanes[lane], batch, _answers));
        for (var lane = 0; lane < used; lane++)
        {
            lease.Shadow?.Observe(_lanes[lane].Requests.Matrix, _lanes[lane].Risks);
        }
    }

    private void Empty(ServedModel model, int records)
    {
        if (_lanes.Length == 0)
        {
            var reader = new RequestReader(model.Contract.Catalogue, model.Contract.FeatureCount);
            _lanes = [.. model.Lanes.Select(_ => new Lane(new RequestBatch(reader, _coalesce, model.Contract.FeatureCount), _output))];
        }

        _answers.Clear(records);
        Array.ForEach(_lanes, lane => lane.Clear());
        var now = _time.GetUtcNow();
        foreach (var lane in model.Lanes)
        {
            lane.Writer.SetScoredTime(now);
        }
    }

    private int Split(IReadOnlyList<ConsumeResult<byte[], byte[]>> batch)
    {
        var used = LaneSplit.Count(batch.Count, _lanes.Length);
        for (var i = 0; i < batch.Count; i++)
        {
            _lanes[LaneSplit.LaneOf(batch[i], used)].Take(i);
        }

        return used;
    }

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
        var (now, scored, coalesced) = (_time.GetUtcNow(), 0, 0);
        foreach (var requests in _lanes.Select(lane => lane.Requests))
        {
            scored += requests.Count;
            coalesced += requests.Coalesced;
            foreach (ref readonly var row in requests.Rows)
            {
                CountLatency(row.AcceptedTime, now);
            }
        }

        ScorerMetrics.Rows.Add(scored);
        ScorerMetrics.Coalesced.Add(coalesced);
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
