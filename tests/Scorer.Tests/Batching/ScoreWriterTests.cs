using System.Text;
using Jianwei.Core.Contracts;
using Jianwei.Scorer.Fixtures;

namespace Jianwei.Scorer.Batching;

public sealed class ScoreWriterTests
{
    public static TheoryData<string, ScoreRequest> Forms() => new()
    {
        { "whole", Requests.Of("CN-USCC:91310000MA1FL5KQ7X", 3) },
        { "bare", Requests.Of("A", 0) with { CompanyName = null, Event = null, TextHash = null, AcceptedTime = default } },
        {
            "text",
            Requests.Of("公司", 999_999_999_999_999_999) with { TextHash = "0123456789abcdef", CompanyName = "line\nbreak \\ \u0001 é 😀" }
        },
        {
            "tick",
            Requests.Of("B", 9) with
            {
                Event = new EventSummary
                {
                    EventId = "1", Type = EventType.Tick, Source = "s", SourceEventId = "x", EventTime = default, ObservedTime = default
                }
            }
        },
        { "offset", Requests.Of("C", 9) with { AsOf = new DateTimeOffset(2025, 5, 6, 7, 8, 9, TimeSpan.FromHours(8)) } },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Write_GivesTheBytesOfTheContract(string form, ScoreRequest request)
    {
        using var stage = new Stage();

        await stage.HandleAsync(request);

        var bytes = Assert.Single(stage.Sent("t.scores")).Value;
        Assert.True(bytes.AsSpan().SequenceEqual(Wire.Write(Wire.ReadScore(bytes))), $"{form}: {Encoding.UTF8.GetString(bytes)}");
        var score = stage.Scores[0];
        Assert.Equal(
            (request.CompanyId, request.CompanyName, request.StateVersion),
            (score.CompanyId, score.CompanyName, score.StateVersion));
        Assert.Equal(
            (request.AsOf, request.TextHash, request.Event, request.AcceptedTime),
            (score.AsOf, score.TextHash, score.Event, score.AcceptedTime));
    }

    [Fact]
    public async Task Write_KeepsFeaturesThatCameEscaped()
    {
        using var stage = new Stage();
        var request = Requests.Of("A", 1, [.. Enumerable.Repeat(BitConverter.Int32BitsToSingle(0x3EFBEFBE), 12)]);
        var plain = Encoding.UTF8.GetString(Wire.Write(request));
        Assert.Contains('+', plain);

        await stage.HandleAsync([Encoding.UTF8.GetBytes(plain.Replace("+", "\\u002B", StringComparison.Ordinal))]);

        // '+' also stands in the times' offsets.
        Assert.Empty(stage.DeadLetters);
        Assert.Equal(request.Features, Assert.Single(stage.Scores).Features);
    }
}
