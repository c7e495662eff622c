using System.Text;
using Jianwei.Core.Contracts;
using Jianwei.Core.Contracts.Raw;

namespace Jianwei.Featurizer;

public sealed class EventReaderTests
{
    private static readonly string Whole = Encoding.UTF8.GetString(Wire.Write(new CompanyEvent
    {
        EventId = "0123456789abcdef", CompanyId = "X-TEST:1", Type = EventType.PostingOpened, EventTime = DateTimeOffset.UnixEpoch,
        ObservedTime = DateTimeOffset.UnixEpoch, Source = "jobs", SourceEventId = "1", Text = new(TextSegment.Posting, "key", "Hiring"),
    }));

    [Fact]
    public void Reader_ReadsAWholeEvent() =>
        Assert.Equal("Hiring", EventReader.TryRead(Encoding.UTF8.GetBytes(Whole), RawTime.Latest, out _)!.Text!.Content);

    [Theory]
    [InlineData("\"0123456789abcdef\"", "null")]
    [InlineData("\"0123456789abcdef\"", "\"0123\"")]
    [InlineData("\"0123456789abcdef\"", "\"0123456789abcdeg\"")]
    [InlineData("\"X-TEST:1\"", "null")]
    [InlineData("\"X-TEST:1\"", "\"\"")]
    [InlineData("\"jobs\"", "null")]
    [InlineData("\"jobs\"", "\"a;b\"")]
    [InlineData("\"key\"", "null")]
    [InlineData("posting.opened", "posting.vanished")]
    [InlineData("\"posting.opened\"", "null")]
    [InlineData("1970-01-01", "yesterday")]
    [InlineData("Hiring", "\\ud800")]
    [InlineData("\"source\":", "\"amount\":1e999,\"source\":")]
    [InlineData("\"source\":", "\"amount\":1e300,\"source\":")]
    [InlineData("{", "")]
    public void Reader_RefusesWhatNoStateCanTake(string whole, string spoilt)
    {
        Assert.Contains(whole, Whole);
        Assert.Null(EventReader.TryRead(
            Encoding.UTF8.GetBytes(Whole.Replace(whole, spoilt, StringComparison.Ordinal)), RawTime.Latest, out var problem));
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void Reader_RefusesBytesThatAreNoText()
    {
        Assert.Null(EventReader.TryRead([], RawTime.Latest, out _));
        Assert.Null(EventReader.TryRead([.. "{\"event_id\":\""u8, 0xff, 0xfe], RawTime.Latest, out _));
    }
}
