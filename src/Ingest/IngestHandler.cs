using Confluent.Kafka;
using Jianwei.Core.Contracts;
using Jianwei.Core.Contracts.Raw;
using Jianwei.Core.Kafka;
using Jianwei.Ingest.Companies;
using Jianwei.Ingest.Events;
using Jianwei.Ingest.Telemetry;
using Microsoft.Extensions.Options;

namespace Jianwei.Ingest;

/// <summary>
/// Raw messages in, events out: validate, normalise, resolve the company, write; what cannot be mended goes to
/// <c>dead-letters</c>. One look-up in PostgreSQL and one acknowledged send a batch.
/// </summary>
public sealed class IngestHandler(
    KafkaClients kafka, AckedProducer producer, DeadLetterWriter deadLetters, CompanyResolver companies, IOptions<IngestOptions> options,
        TimeProvider time)
    : IBatchHandler
{
    /// <summary>Name of the stage in consumer groups, dead letters and health.</summary>
    public const string Stage = "ingest";

    /// <inheritdoc/>
    public async Task HandleAsync(IReadOnlyList<ConsumeResult<byte[], byte[]>> batch, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        var outgoing = new List<OutgoingMessage>(batch.Count);
        var drafts = new List<EventDraft>(batch.Count);
        var refused = new List<(RefusalReason Reason, string Detail, ConsumeResult<byte[], byte[]> Record)>();
        var accepted = time.GetUtcNow();
        foreach (var record in batch)
        {
            var (draft, problems) = Read(record, accepted);
            if (draft is { } good)
            {
                drafts.Add(good);
            }
            else
            {
                refused.Add((Problem.Main(problems), Problem.Sentence(problems), record));
            }
        }

        await AddEventsAsync(drafts, outgoing, cancellation);
        foreach (var (reason, detail, record) in refused)
        {
            outgoing.Add(deadLetters.Refuse(Stage, RefusalReasons.Name(reason), detail, record));
        }

        await producer.SendAsync(outgoing, cancellation);
        Count(batch, drafts.Count, refused, time.GetElapsedTime(started));
    }

    private (EventDraft? Draft, IReadOnlyList<Problem> Problems) Read(ConsumeResult<byte[], byte[]> record, DateTimeOffset accepted)
    {
        var value = record.Message.Value ?? [];
        if (value.Length > options.Value.MessageSizeLimit)
        {
            return (null, [new(RefusalReason.TooLarge, "", $"of {value.Length:N0} bytes",
                $"at most {options.Value.MessageSizeLimit:N0} bytes (Ingest:MessageSizeLimit)")]);
        }

        var (message, problems) = Validator(record.Topic).Validate(value);
        if (message is null)
        {
            return (null, problems);
        }

        var found = new List<Problem>();
        var draft = EventFactory.Make(message, accepted, found);
        return draft is { } made && Early(made.Event, accepted) is { } problem ? (null, [problem]) : (draft, found);
    }

    // Stream time never goes back: one observation from the future would make everything real after it too old to count.
    private Problem? Early(CompanyEvent made, DateTimeOffset accepted) =>
        made.ObservedTime - accepted <= options.Value.ObservedAheadLimit ? null
            : Problem.Of(RefusalReason.BadTime, "observed_time", RawTime.Format(made.ObservedTime),
                FormattableString.Invariant(
                    $"at most {options.Value.ObservedAheadLimit} after now, {RawTime.Format(accepted)} (Ingest:ObservedAheadLimit)"));

    private async Task AddEventsAsync(List<EventDraft> drafts, List<OutgoingMessage> outgoing, CancellationToken cancellation)
    {
        if (drafts.Count == 0)
        {
            return;
        }

        var named = new Dictionary<CompanyIdentifier, NewCompany>();
        foreach (var (company, draft) in drafts)
        {
            named[company] = named.TryGetValue(company, out var known)
                ? known with { Name = draft.CompanyName ?? known.Name }
                : new(company, draft.CompanyName, draft.ObservedTime);
        }

        var ids = await companies.ResolveAsync(named, cancellation);
        foreach (var (company, draft) in drafts)
        {
            var companyId = ids[company];
            outgoing.Add(new(kafka.Topics.Events, companyId,
                Wire.Write(companyId == draft.CompanyId ? draft : draft with { CompanyId = companyId })));
        }
    }

    private RawValidator Validator(string topic) =>
        RawValidators.For(topic[kafka.Options.Prefix.Length..])
        ?? throw new InvalidOperationException($"topic {topic} is none of {string.Join(", ", kafka.Topics.Raw)}");

    private static void Count(
        IReadOnlyList<ConsumeResult<byte[], byte[]>> batch, int events,
            List<(RefusalReason Reason, string Detail, ConsumeResult<byte[], byte[]> Record)> refused, TimeSpan elapsed)
    {
        foreach (var topic in batch.CountBy(r => r.Topic))
        {
            IngestMetrics.Messages.Add(topic.Value, new KeyValuePair<string, object?>("topic", topic.Key));
        }

        foreach (var kind in refused.CountBy(r => (r.Record.Topic, r.Reason)))
        {
            IngestMetrics.Refused.Add(kind.Value, new("topic", kind.Key.Topic), new("reason", RefusalReasons.Name(kind.Key.Reason)));
        }

        IngestMetrics.Events.Add(events);
        IngestMetrics.Batch.Record(elapsed.TotalSeconds);
    }
}
