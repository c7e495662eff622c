using System.Text;
using Jianwei.Core.Contracts;
using Jianwei.Scorer.Batching;
using Jianwei.Scorer.Fixtures;
using Stage = Jianwei.Scorer.Fixtures.Stage;

namespace Jianwei.Scorer;

public sealed class ScorerHandlerTests : IDisposable
{
    private Stage _stage = new();

    public void Dispose() => _stage.Dispose();

    [Fact]
    public async Task Handle_ScoresEveryRequestInOrder()
    {
        await _stage.HandleAsync(Enumerable.Range(1, 100).Select(i => Requests.Of($"US-X:{i}", i)));

        Assert.Equal(Enumerable.Range(1, 100).Select(i => (long)i), _stage.Scores.Select(s => s.StateVersion));
        Assert.Equal(_stage.Scores.Select(s => s.CompanyId), _stage.Sent("t.scores").Select(m => Encoding.UTF8.GetString(m.Key)));
    }

    [Fact]
    public async Task Handle_WritesWhatTheModelAndTheManifestSay()
    {
        var request = Requests.Of("US-X:1", 7);

        await _stage.HandleAsync(request);

        var score = Assert.Single(_stage.Scores);
        Assert.Equal(Math.Log(score.ProbabilityOfDefault / (1 - score.ProbabilityOfDefault)), score.LogOdds, 1e-9);
        Assert.Equal(score.ProbabilityOfDefault >= 0.6 ? "high" : score.ProbabilityOfDefault >= 0.3 ? "watch" : "low", score.Band);
        Assert.Equal("tiny/1", score.Model);
        Assert.Equal(_stage.Time.GetUtcNow(), score.ScoredTime);
        Assert.Equal(request.Event, score.Event);
        Assert.Equal(request.CompanyName, score.CompanyName);
        Assert.Equal(request.Features, score.Features);
        Assert.Equal((request.AsOf, request.AcceptedTime, request.Catalogue), (score.AsOf, score.AcceptedTime, score.Catalogue));
    }

    [Fact]
    public async Task Handle_KeysAScoreByItsCompanyWhateverTheRequestsKey()
    {
        await _stage.HandleAsync([Wire.Write(Requests.Of("公司", 1)), Wire.Write(Requests.Of("B", 1))]);

        Assert.Equal(["公司", "B"], _stage.Sent("t.scores").Select(m => Encoding.UTF8.GetString(m.Key)));
    }

    [Fact]
    public async Task Handle_DropsExactDuplicatesOfABatch()
    {
        await _stage.HandleAsync(Requests.Of("A", 1), Requests.Of("A", 2), Requests.Of("A", 1), Requests.Of("B", 1));

        Assert.Equal([("A", 1L), ("A", 2L), ("B", 1L)], _stage.Scores.Select(s => (s.CompanyId, s.StateVersion)));
    }

    [Fact]
    public async Task Handle_KeepsTheNewestWhenToldTo()
    {
        _stage.Dispose();
        _stage = new Stage(coalesce: CoalesceMode.Latest);

        await _stage.HandleAsync(Requests.Of("A", 1), Requests.Of("B", 5), Requests.Of("A", 3), Requests.Of("A", 2), Requests.Of("B", 4));

        Assert.Equal([("A", 3L), ("B", 5L)], _stage.Scores.Select(s => (s.CompanyId, s.StateVersion)));
        Assert.Equal(Requests.Of("A", 3).Features, _stage.Scores[0].Features);
        Assert.Equal(await AloneAsync(Requests.Of("A", 3)), _stage.Scores[0].LogOdds, 1e-6);
    }

    [Fact]
    public async Task Handle_ScoresEveryOutcomeThoughNewerRequestsFollow()
    {
        _stage.Dispose();
        _stage = new Stage(coalesce: CoalesceMode.Latest);
        var outcome = Requests.Of("A", 3) with { Event = Requests.Of("A", 3).Event! with { Type = EventType.OutcomeDefault } };

        await _stage.HandleAsync(
            Requests.Of("A", 1), Requests.Of("A", 2), outcome, outcome, Requests.Of("A", 4), Requests.Of("B", 1), Requests.Of("A", 5));

        Assert.Equal([("A", 3L), ("A", 5L), ("B", 1L)], _stage.Scores.Select(s => (s.CompanyId, s.StateVersion)));
    }

    [Fact]
    public async Task Handle_GivesARowTheSameScoreInAnyBatch()
    {
        var rows = Enumerable.Range(1, 257).Select(i => Requests.Of($"C:{i}", i)).ToList();

        await _stage.HandleAsync(rows);

        foreach (var i in (int[])[0, 1, 100, 256])
        {
            Assert.Equal(await AloneAsync(rows[i]), _stage.Scores[i].LogOdds, 1e-5);
        }
    }

    [Fact]
    public async Task Handle_SplitsABatchThatIsLargerThanItsLimit()
    {
        _stage.Dispose();
        _stage = new Stage(batchSizeLimit: 10);

        await _stage.HandleAsync(Enumerable.Range(1, 25).Select(i => Requests.Of($"C:{i}", i)));

        Assert.Equal(25, _stage.Scores.Count);
    }

    public static TheoryData<string, string, string> Poison() => new()
    {
        { "no JSON", "not_json", "the message is not JSON" },
        { "[]", "not_json", "expected an object, found StartArray" },
        { "{}", "invalid_field", "company_id, state_version, as_of, catalogue, features: expected, found nothing" },
        {
            Changed("\"state_version\":1", "\"state_version\":-1"), "invalid_field",
            "state_version: expected a whole number from 0, found -1"
        },
        {
            Changed("\"state_version\":1", "\"state_version\":\"1\""), "invalid_field",
            "state_version: expected a whole number from 0, found \"1\""
        },
        { Changed("\"schema_version\":1", "\"schema_version\":2"), "invalid_field", "schema_version: expected 1, found 2" },
        { Changed("\"company_id\":\"A\"", "\"company_id\":\"\""), "invalid_field", "company_id: expected a company id, found \"\"" },
        { Changed("\"company_id\":\"A\"", "\"company_id\":\"\\ud800\""), "not_json", "an escaped text is not UTF-16" },
        {
            Changed("2025-05-06T07:08:09.123", "2025-15-06T07:08:09.123"), "invalid_field",
            "as_of: expected an RFC 3339 time, found \"2025-15-06T07"
        },
        { Changed("\"event\":{", "\"event\":5,\"was\":{"), "invalid_field", "event: expected an object or null, found 5" },
        {
            Changed("00112233445566ff", "1111111111111111"), "catalogue_mismatch",
            "catalogue: expected 00112233445566ff (the model's), found 1111111111111111"
        },
        {
            Changed("\"features\":\"", "\"features\":\"AAAA"), "catalogue_mismatch",
            "features: expected 12 values in 48 bytes (the model's), found 51 bytes"
        },
        { Changed("\"features\":\"", "\"features\":\"?"), "invalid_field", "features: expected base64, found other characters" },
        {
            Text(Requests.Of("A", 1, 1, 2, 3)), "catalogue_mismatch",
            "features: expected 12 values in 48 bytes (the model's), found 12 bytes"
        },
        {
            Text(Requests.Of("A", 1, [.. Requests.Features(1)[..^1], float.NaN])), "features_not_finite",
            "features: expected finite values, found NaN at 11"
        },
        {
            Text(Requests.Of("A", 1, [float.NegativeInfinity, .. Requests.Features(1)[1..]])), "features_not_finite", "found -Infinity at 0"
        },
        { Text(Requests.Of("A", 1)) + "{}", "not_json", "the message is not JSON" },
        { $"{{\"x\":\"{new string('x', 2_000_000)}\"}}", "too_large", "expected at most 1048576 bytes, found 2000008" },
    };

    [Theory]
    [MemberData(nameof(Poison))]
    public async Task Handle_PutsPoisonAsideAndScoresTheRest(string message, string reason, string detail)
    {
        await _stage.HandleAsync([Wire.Write(Requests.Of("A", 1)), Encoding.UTF8.GetBytes(message), Wire.Write(Requests.Of("B", 1))]);

        Assert.Equal(["A", "B"], _stage.Scores.Select(s => s.CompanyId));
        var letter = Assert.Single(_stage.DeadLetters);
        Assert.Equal(
            ("scorer", reason, "score-requests", 3, 1L),
            (letter.Stage, letter.Reason, letter.Topic, letter.Partition, letter.Offset));
        Assert.Contains(detail, letter.Detail);
        Assert.Equal(message, Encoding.UTF8.GetString(letter.Value));
    }

    [Fact]
    public async Task Handle_PutsInvalidUtf8Aside()
    {
        var message = Wire.Write(Requests.Of("A", 1));
        message[20] = 0xFF;

        await _stage.HandleAsync([message, [], [0]]);

        Assert.Empty(_stage.Scores);
        Assert.All(_stage.DeadLetters, letter => Assert.Equal("not_json", letter.Reason));
        Assert.Equal(3, _stage.DeadLetters.Count);
    }

    [Fact]
    public async Task Handle_PutsARowAsideThatTheModelCannotScore()
    {
        _stage.Dispose();
        _stage = new Stage("3");

        await _stage.HandleAsync(Requests.Of("A", 1), Requests.Of("B", 1, [-1, .. Requests.Features(1)[1..]]));

        Assert.Equal("A", Assert.Single(_stage.Scores).CompanyId);
        Assert.Equal("score_not_finite", Assert.Single(_stage.DeadLetters).Reason);
    }

    [Fact]
    public async Task Handle_SendsTheWholeBatchAgainAfterAFailure()
    {
        _stage.SendFailure = new TimeoutException();
        var batch = Requests.Batch([Wire.Write(Requests.Of("A", 1)), Wire.Write(Requests.Of("B", 1))]);

        await Assert.ThrowsAsync<TimeoutException>(() => _stage.Handler.HandleAsync(batch, TestContext.Current.CancellationToken));
        await _stage.Handler.HandleAsync(batch, TestContext.Current.CancellationToken);

        Assert.Equal(["A", "B"], _stage.Scores.Select(s => s.CompanyId));
        Assert.Equal(2, _stage.Latency.Count);
    }

    [Fact]
    public async Task Handle_RecordsHowLongTheEventTook()
    {
        await _stage.HandleAsync(Requests.Of("A", 1), Requests.Of("B", 1) with { AcceptedTime = default });

        Assert.Equal(1, _stage.Latency.Count);
        Assert.InRange(_stage.Latency.Percentile(0.5).TotalSeconds, 1, 1.04);
    }

    private static async Task<double> AloneAsync(ScoreRequest request)
    {
        using var stage = new Stage();
        await stage.HandleAsync(request);
        return stage.Scores[0].LogOdds;
    }

    private static string Text(ScoreRequest request) => Encoding.UTF8.GetString(Wire.Write(request));

    private static string Changed(string from, string to) => Text(Requests.Of("A", 1)).Replace(from, to, StringComparison.Ordinal);
}
