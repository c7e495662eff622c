using Confluent.Kafka;
using Jianwei.Core.Contracts;
using Jianwei.Core.Contracts.Raw;

namespace Jianwei.Featurizer.Events;

public sealed class EventTimesTests
{
    private static readonly DateTimeOffset Sent = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("2026-05-01", "2026-05-01", "")]
    [InlineData("1970-01-01", "2026-05-03T12:00:00Z", "")]
    [InlineData("2026-05-01", "2026-05-03T12:00:00.001Z",
        "observed_time is 2026-05-03T12:00:00.001Z; allowed: 1970-01-01 to 2026-05-03T12:00:00Z, 2 days after the message was sent")]
    [InlineData("2026-05-01", "2099-12-31",
        "observed_time is 2099-12-31; allowed: 1970-01-01 to 2026-05-03T12:00:00Z, 2 days after the message was sent")]
    [InlineData("1969-12-31", "1969-12-31",
        "observed_time is 1969-12-31; allowed: 1970-01-01 to 2026-05-03T12:00:00Z, 2 days after the message was sent")]
    [InlineData("1969-12-31T23:59:59Z", "2026-05-01",
        "event_time is 1969-12-31T23:59:59Z; allowed: 1970-01-01 to observed_time, 2026-05-01")]
    [InlineData("2099-12-31", "2026-05-01", "event_time is 2099-12-31; allowed: 1970-01-01 to observed_time, 2026-05-01")]
    [InlineData("2026-05-01T00:00:00.5Z", "2026-05-01T00:00:00.25Z",
        "event_time is 2026-05-01T00:00:00.5Z; allowed: 1970-01-01 to observed_time, 2026-05-01T00:00:00.25Z")]
    public void Event_IsTakenWithinWhatItsMessageSays(string happened, string observed, string expected)
    {
        var message = new Message<byte[], byte[]> { Value = Wire.Write(Event(happened, observed)), Timestamp = new(Sent) };

        Assert.Equal(expected.Length == 0, EventReader.TryRead(message, out var problem) is not null);
        Assert.Equal(expected, problem);
        Assert.Equal(
            expected.Length == 0,
            new LogEventReader().TryRead(message.Value, EventTimes.Latest(message.Timestamp), out _, out var quickProblem));
        Assert.Equal(expected, quickProblem);
    }

    [Theory]
    [InlineData("2100-01-01", true)]
    [InlineData("2100-01-01T00:00:01Z", false)]
    public void Message_WithoutATimestampHasTheAbsoluteBound(string observed, bool taken) =>
        Assert.Equal(
            taken,
            EventReader.TryRead(new Message<byte[], byte[]> { Value = Wire.Write(Event("2020-01-01", observed)) }, out _) is not null);

    [Theory]
    [InlineData(long.MinValue, "1970-01-03T00:00:00Z")]
    [InlineData(-1, "1970-01-03T00:00:00Z")]
    [InlineData(0, "1970-01-03T00:00:00Z")]
    [InlineData(4_102_444_800_000, "2100-01-01T00:00:00Z")]
    [InlineData(long.MaxValue, "2100-01-01T00:00:00Z")]
    public void Latest_IsWithinTheAbsoluteBoundsWhateverTheTimestamp(long sent, string expected) =>
        Assert.Equal(
            DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture),
            EventTimes.Latest(new Timestamp(sent, TimestampType.CreateTime)));

    private static CompanyEvent Event(string happened, string observed) => new()
    {
        EventId = "0123456789abcdef", CompanyId = "X-TEST:1", Type = EventType.PostingOpened,
        EventTime = Time(happened), ObservedTime = Time(observed), Source = "jobs", SourceEventId = "1",
    };

    private static DateTimeOffset Time(string text)
    {
        Assert.True(
            RawTime.TryParse(text, out var time)
                || DateTimeOffset.TryParse(
                    text, System.Globalization.CultureInfo.InvariantCulture,
                    System.Globalization.DateTimeStyles.AssumeUniversal, out time));
        return time;
    }
}
