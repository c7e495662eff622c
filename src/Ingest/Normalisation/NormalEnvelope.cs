using Jianwei.Core.Contracts.Raw;
using Jianwei.Core.Text;
using Jianwei.Ingest.Companies;

namespace Jianwei.Ingest.Normalisation;

/// <summary>What a raw message's envelope says, in normal form.</summary>
/// <param name="Company">Canonical identifier.</param>
/// <param name="CompanyName">One clean line, or null.</param>
/// <param name="EventTime">UTC, never after <paramref name="ObservedTime"/>.</param>
/// <param name="ObservedTime">UTC.</param>
/// <param name="Currency">ISO 4217, or null.</param>
public sealed record NormalEnvelope(
    CompanyIdentifier Company, string? CompanyName, DateTimeOffset EventTime, DateTimeOffset ObservedTime, string? Currency)
{
    /// <summary>How far an event may be dated ahead of its observation, for sources whose days end elsewhere.</summary>
    public static readonly TimeSpan Ahead = TimeSpan.FromDays(1);

    /// <summary>The normal form of a valid message; null where <paramref name="problems"/> says what stands against it.</summary>
    public static NormalEnvelope? Of(RawMessage message, List<Problem> problems)
    {
        var company = Identify(message.Company, problems);
        var currency = CurrencyOf(message, problems);
        var observed = Time("observed_time", message.ObservedTime, problems);
        var (field, text) = message is Outcome outcome ? ("date", outcome.Date) : ("event_time", message.EventTime);
        var happened = text is null ? observed : Time(field, text, problems);
        if (message is Outcome { EventTime: { } also })
        {
            Time("event_time", also, problems);
        }

        if (happened > observed + Ahead)
        {
            problems.Add(Problem.Of(RefusalReason.BadTime, field, text!,
                $"at most one day after observed_time, which is {message.ObservedTime}"));
        }

        return problems.Count > 0
            ? null
            : new(company, CleanText.Line(message.Company.Name), happened!.Value < observed!.Value ? happened.Value : observed.Value,
                observed.Value, currency);
    }

    private static CompanyIdentifier Identify(CompanyReference reference, List<Problem> problems)
    {
        _ = CompanyScheme.TryGet(reference.Scheme, out var scheme); // its shape was validated
        if (scheme.Canonical(reference.Id) is { } id)
        {
            return new(scheme.Name, id);
        }

        problems.Add(Problem.Of(RefusalReason.BadIdentifier, "company.id", reference.Id, $"for {scheme.Name}, {scheme.Rule}"));
        return default;
    }

    private static string? CurrencyOf(RawMessage message, List<Problem> problems)
    {
        var text = message switch
        {
            CompanyChange change => change.Currency,
            JobPosting posting => posting.Currency,
            Filing filing => filing.Currency,
            _ => null,
        };
        if (text is null)
        {
            return null;
        }

        var currency = Currencies.Canonical(text);
        if (currency is null)
        {
            problems.Add(Problem.Of(RefusalReason.InvalidField, "currency", text, "a currency of ISO 4217, such as CNY, EUR or USD"));
        }

        return currency;
    }

    private static DateTimeOffset? Time(string field, string text, List<Problem> problems)
    {
        if (RawTime.TryParse(text, out var time))
        {
            return time;
        }

        problems.Add(Problem.Of(RefusalReason.BadTime, field, text, RawTime.Range));
        return null;
    }
}
