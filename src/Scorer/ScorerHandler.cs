using Confluent.Kafka;
using Jianwei.Core.Kafka;
using Jianwei.Scorer.Batching;
using Jianwei.Scorer.Inference;
using Jianwei.Scorer.Swap;
using Jianwei.Scorer.Telemetry;
using Microsoft.Extensions.Options;

namespace Jianwei.Scorer;

/// <summary>Sends messages and returns when all are acknowledged.</summary>
internal delegate Task Send(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation);

/// <summary>The stage: a batch of score requests in, as many scores (and dead letters) acknowledged.</summary>
public sealed class ScorerHandler : IBatchHandler
{
    private const string Stage = "scorer";

    private readonly ModelSlot _slot;
    private readonly Send _send;
    private readonly DeadLetterWriter _deadLetters;
    private readonly string _scores;
    private readonly int _batchSizeLimit;
    private readonly CoalesceMode _coalesce;
    private readonly ScoreLatency _latency;
    private readonly TimeProvider _time;
    private readonly List<OutgoingMessage> _outgoing = [];

    private RequestBatch? _requests; // made for the first model; every later one has its contract
    private Risk[] _risks = [];

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
        (_slot, _send, _deadLetters, _scores) = (slot, send, deadLetters, topics.Scores);
        (_coalesce, _batchSizeLimit, _latency, _time) = (coalesce, batchSizeLimit, latency, time);
    }

    /// <inheritdoc/>
    public async Task HandleAsync(IReadOnlyList<ConsumeResult<byte[], byte[]>> batch, CancellationToken cancellation)
    {
        for (var first = 0; first < batch.Count; first += _batchSizeLimit)
        {
            var started = _time.GetTimestamp();
            Score(batch, first, Math.Min(batch.Count, first + _batchSizeLimit));
            await _send(_outgoing, cancellation);
            Count(_time.GetElapsedTime(started));
        }
    }

    private void Score(IReadOnlyList<ConsumeResult<byte[], byte[]>> batch, int first, int end)
    {
        using var lease = _slot.Take();
        var requests = Emptied(lease.Model);
        for (var i = first; i < end; i++)
        {
            if (requests.Add(batch[i].Message.Value ?? [], i) is { } refusal)
            {
                _outgoing.Add(_deadLetters.Refuse(Stage, refusal.Reason, refusal.Detail, batch[i]));
            }
        }

        if (requests.Count > 0)
        {
            lease.Model.Score(requests.Matrix, _risks.AsSpan(0, requests.Count));
            lease.Shadow?.Observe(requests.Matrix, _risks.AsSpan(0, requests.Count));
            Write(requests, lease.Model, batch);
        }
    }

    private RequestBatch Emptied(ServedModel model)
    {
        _outgoing.Clear();
        if (_requests is null)
        {
            var reader = new RequestReader(model.Contract.Catalogue, model.Contract.FeatureCount);
            _requests = new RequestBatch(reader, _coalesce, _batchSizeLimit, model.Contract.FeatureCount);
            _risks = new Risk[_batchSizeLimit];
        }

        _requests.Clear();
        return _requests;
    }

    private void Write(RequestBatch requests, ServedModel model, IReadOnlyList<ConsumeResult<byte[], byte[]>> batch)
    {
        model.Writer.SetScoredTime(_time.GetUtcNow());
        var rows = requests.Rows;
        for (var i = 0; i < rows.Length; i++)
        {
            _outgoing.Add(
                double.IsFinite(_risks[i].LogOdds)
                    ? new OutgoingMessage(_scores, rows[i].CompanyId, model.Writer.Write(rows[i], _risks[i]))
                    : _deadLetters.Refuse(Stage, Refusal.ScoreNotFinite, $"the score of model {model.Id}: expected a number, found {_risks[i].LogOdds}", batch[rows[i].Source]));
        }
    }

    private void Count(TimeSpan took)
    {
        var rows = _requests!.Rows;
        var now = _time.GetUtcNow();
        ScorerMetrics.Rows.Add(rows.Length);
        ScorerMetrics.Coalesced.Add(_requests.Coalesced);
        ScorerMetrics.BatchRows.Record(rows.Length);
        ScorerMetrics.BatchSeconds.Record(took.TotalSeconds);
        foreach (ref readonly var row in rows)
        {
            CountLatency(row.AcceptedTime, now);
        }
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
