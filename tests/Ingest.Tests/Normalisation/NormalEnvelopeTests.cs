using Jianwei.Core.Contracts.Raw;
using Jianwei.Ingest.Companies;

namespace Jianwei.Ingest.Normalisation;

public sealed class NormalEnvelopeTests
{
    private static readonly Filing Whole = new()
    {
        Source = "s", SourceEventId = "1", Company = new("FR-SIREN", "732 829 320", " Société\u0020 Exemple "), Kind = FilingKind.Pledge,
        EventTime = "2024-03-01T23:00:00-05:00", ObservedTime = "2024-03-05", Currency = "eur",
    };

    [Fact]
    public void Envelope_ComesOutInNormalForm()
    {
        var normal = NormalEnvelope.Of(Whole, [])!;
        Assert.Equal(new CompanyIdentifier("FR-SIREN", "732829320"), normal.Company);
        Assert.Equal("FR-SIREN:732829320", normal.Company.CompanyId);
        Assert.Equal("Société Exemple", normal.CompanyName);
        Assert.Equal(new DateTimeOffset(2024, 3, 2, 4, 0, 0, TimeSpan.Zero), normal.EventTime);
        Assert.Equal(new DateTimeOffset(2024, 3, 5, 0, 0, 0, TimeSpan.Zero), normal.ObservedTime);
        Assert.Equal("EUR", normal.Currency);
    }

    [Theory]
    [InlineData(null, "2024-03-05T00:00:00Z")]
    [InlineData("2024-03-05T20:00:00Z", "2024-03-05T00:00:00Z")]
    [InlineData("2024-03-06", "2024-03-05T00:00:00Z")]
    public void EventTime_IsNeverAfterItsObservation(string? text, string expected) =>
        Assert.Equal(DateTimeOffset.Parse(expected), NormalEnvelope.Of(Whole with { EventTime = text }, [])!.EventTime);

    [Fact]
    public void Outcome_HappensOnItsDate()
    {
        var outcome = new Outcome
        {
            Source = "s", SourceEventId = "1", Company = Whole.Company, ObservedTime = "2024-03-05",
            Kind = OutcomeKind.Exit, Date = "2024-02-01"
        };
        Assert.Equal(new DateTimeOffset(2024, 2, 1, 0, 0, 0, TimeSpan.Zero), NormalEnvelope.Of(outcome, [])!.EventTime);
    }

    [Theory]
    [InlineData("2024-03-06T00:00:01Z", "2024-03-05",
        "event_time is \"2024-03-06T00:00:01Z\"; allowed: at most one day after observed_time, which is 2024-03-05")]
    [InlineData("2023-02-29", "2024-03-05", "event_time is \"2023-02-29\"; allowed: a day that exists, from 1970-01-01 to 2100-01-01")]
    [InlineData("1066-10-14", "2024-03-05", "event_time is \"1066-10-14\"; allowed: a day that exists, from 1970-01-01 to 2100-01-01")]
    [InlineData("2024-03-01", "9999-01-01", "observed_time is \"9999-01-01\"; allowed: a day that exists, from 1970-01-01 to 2100-01-01")]
    public void Time_ThatCannotBeIsRefused(string happened, string observed, string sentence) =>
        Refused(Whole with { EventTime = happened, ObservedTime = observed }, RefusalReason.BadTime, sentence);

    [Fact]
    public void CheckDigit_ThatIsWrongIsRefused() =>
        Refused(Whole with { Company = new("FR-SIREN", "732829321") }, RefusalReason.BadIdentifier,
            "company.id is \"732829321\"; allowed: for FR-SIREN, the Luhn check digit");

    [Fact]
    public void Currency_ThatIsNoneIsRefused() =>
        Refused(
            Whole with { Currency = "ZZZ" }, RefusalReason.InvalidField,
            "currency is \"ZZZ\"; allowed: a currency of ISO 4217, such as CNY, EUR or USD");

    private static void Refused(RawMessage message, RefusalReason reason, string sentence)
    {
        var problems = new List<Problem>();
        Assert.Null(NormalEnvelope.Of(message, problems));
        var problem = Assert.Single(problems);
        Assert.Equal((reason, sentence), (problem.Reason, problem.ToString()));
    }
}
