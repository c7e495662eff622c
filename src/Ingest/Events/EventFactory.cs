using Jianwei.Core.Contracts;
using Jianwei.Core.Contracts.Raw;
using Jianwei.Core.Text;
using Jianwei.Ingest.Companies;
using Jianwei.Ingest.Normalisation;

namespace Jianwei.Ingest.Events;

/// <summary>An event whose company has yet to be resolved: <see cref="CompanyEvent.CompanyId"/> is the identifier's own id.</summary>
public readonly record struct EventDraft(CompanyIdentifier Company, CompanyEvent Event);

/// <summary>Makes events of valid raw messages.</summary>
public static class EventFactory
{
    /// <summary>Longest summary.</summary>
    public const int SummaryLimit = 200;

    /// <summary>The event of a message; null where <paramref name="problems"/> says what stands against it.</summary>
    public static EventDraft? Make(RawMessage message, DateTimeOffset accepted, List<Problem> problems)
    {
        if (NormalEnvelope.Of(message, problems) is not { } envelope)
        {
            return null;
        }

        var facts = Facts(message, envelope.Currency);
        return new(envelope.Company, new CompanyEvent
        {
            EventId = EventId.Of(message.Source, message.SourceEventId),
            CompanyId = envelope.Company.CompanyId,
            CompanyName = envelope.CompanyName,
            Type = facts.Type,
            EventTime = envelope.EventTime,
            ObservedTime = envelope.ObservedTime,
            AcceptedTime = accepted,
            Amount = facts.Amount,
            Unit = facts.Unit,
            Source = message.Source,
            SourceEventId = message.SourceEventId,
            Summary = CleanText.Cut(facts.Summary, SummaryLimit),
            Text = facts.Text,
        });
    }

    private static EventFacts Facts(RawMessage message, string? currency) => message switch
    {
        CompanyChange change => CompanyChangeFacts.Of(change, currency),
        JobPosting posting => JobPostingFacts.Of(posting, currency),
        Filing filing => FilingFacts.Of(filing, message.SourceEventId, currency),
        Outcome outcome => OutcomeFacts.Of(outcome),
        _ => throw new ArgumentOutOfRangeException(nameof(message), message.GetType().Name, "not a raw message"),
    };
}
