using System.Text;
using Confluent.Kafka;
using FsCheck;
using FsCheck.Fluent;
using Jianwei.Core.Contracts;
using Jianwei.Core.Hosting;
using Jianwei.Scorer.Batching;
using Jianwei.Scorer.Fixtures;
using Stage = Jianwei.Scorer.Fixtures.Stage;

namespace Jianwei.Scorer.Lanes;

/// <summary>How many lanes there are is a matter of speed alone.</summary>
public sealed class LanesTests
{
    private const int Partitions = 5;

    [Theory]
    [InlineData(CoalesceMode.Exact)]
    [InlineData(CoalesceMode.Latest)]
    public void AnyNumberOfLanes_SendsTheSameBytesInTheSameOrder(CoalesceMode mode) =>
        Prop.ForAll(Batches(), Gen.Choose(2, 9).ToArbitrary(), (batch, lanes) =>
        {
            var one = Sent(batch, 1, mode);
            var many = Sent(batch, lanes, mode);

            // Version 3 of the test model gives NaN where the first feature is negative.
            Assert.Contains(one, m => m.Topic == "t.scores");
            Assert.Equal(
                one.Select(m => (m.Topic, Encoding.UTF8.GetString(m.Key))),
                many.Select(m => (m.Topic, Encoding.UTF8.GetString(m.Key))));
            Assert.All(one.Zip(many), pair => Assert.True(pair.First.Value.AsSpan().SequenceEqual(pair.Second.Value)));
        }).Check(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(40));

    [Fact]
    public void Lanes_KeepTheOrderOfEachPartition() => Prop.ForAll(Batches(), batch =>
    {
        var scored = batch.Where(r => r.Request is not null && r.Scores)
            .DistinctBy(r => (r.Request!.CompanyId, r.Request.StateVersion))
            .ToList();
        var scores = Sent(batch, 4, CoalesceMode.Exact)
            .Where(m => m.Topic == "t.scores")
            .Select(m => Wire.ReadScore(m.Value))
            .ToLookup(s => PartitionOf(s.CompanyId));

        for (var partition = 0; partition < Partitions; partition++)
        {
            var expected = scored.Where(r => PartitionOf(r.Request!.CompanyId) == partition)
                .Select(r => (r.Request!.CompanyId, r.Request.StateVersion));
            Assert.Equal(expected, scores[partition].Select(s => (s.CompanyId, s.StateVersion)));
        }
    }).Check(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(40));

    [Fact]
    public async Task Lanes_ReuseTheirRoomForLargerAndSmallerBatches()
    {
        using var stage = new Stage(lanes: 3);
        int[] sizes = [1, 500, 3, 64, 999, 1_000, 0, 2];

        foreach (var size in sizes)
        {
            await stage.HandleAsync(Enumerable.Range(0, size).Select(i => Requests.Of($"C:{i}", size)));
        }

        Assert.Equal(sizes.SelectMany(size => Enumerable.Repeat((long)size, size)), stage.Scores.Select(s => s.StateVersion));
        Assert.Equal(sizes.Sum(), stage.Latency.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65)]
    public void Setting_IsOneToSixtyFour(int lanes) =>
        Assert.Equal(
            $"Scorer:Lanes is {lanes}; allowed: 1 to 64.",
            Assert.Single(Settings.Problems(ScorerServices.Section, new ScorerOptions { Lanes = lanes })));

    [Fact]
    public void Setting_IsWithinItsRangeUnlessSet() => Assert.InRange(new ScorerOptions().Lanes, 1, 4);

    private static IReadOnlyList<Core.Kafka.OutgoingMessage> Sent(Sample[] batch, int lanes, CoalesceMode mode)
    {
        using var stage = new Stage(version: "3", coalesce: mode, lanes: lanes);
        stage.Handler.HandleAsync([.. batch.Select((sample, i) => sample.Record(i))], TestContext.Current.CancellationToken)
            .GetAwaiter().GetResult();
        // What was scored is counted once, a NaN too.
        Assert.Equal(stage.Latency.Count, stage.Scores.Count + stage.DeadLetters.Count(letter => letter.Reason == Refusal.ScoreNotFinite));
        return stage.Sent();
    }

    private static int PartitionOf(string company) => Encoding.UTF8.GetBytes(company).Sum(b => b) % Partitions;

    // Few companies and versions, so that requests repeat; some are refused, some have no score.
    private static Arbitrary<Sample[]> Batches()
    {
        var sample =
            from company in Gen.Choose(0, 60).Select(i => i % 7 == 0 ? $"源:{i}" : $"US-CIK:{i}")
            from version in Gen.Choose(1, 5)
            from kind in Gen.Choose(0, 19)
            select kind switch
            {
                0 => new Sample(company, null, false, "nonsense"),
                1 => new Sample(company, Requests.Of(company, version + 100, [-1, .. Requests.Features(version)[1..]]), false, null),
                2 => new Sample(company, Requests.Of(company, version, 1, 2, 3), false, null),
                _ => new Sample(company, Requests.Of(company, version), true, null),
            };
        return Gen.Choose(64, 400).SelectMany(size => sample.ArrayOf(size)).ToArbitrary();
    }

    /// <param name="Company">Whose message it is.</param>
    /// <param name="Request">Null where <paramref name="Garbage"/> is sent.</param>
    /// <param name="Scores">Whether it can be scored.</param>
    /// <param name="Garbage">What is sent instead of a request.</param>
    private sealed record Sample(string Company, ScoreRequest? Request, bool Scores, string? Garbage)
    {
        public ConsumeResult<byte[], byte[]> Record(int offset) => new()
        {
            Topic = "score-requests",
            Partition = PartitionOf(Company),
            Offset = offset,
            Message = new Message<byte[], byte[]>
            {
                Key = Encoding.UTF8.GetBytes(Company),
                Value = Request is null ? Encoding.UTF8.GetBytes(Garbage!) : Wire.Write(Request),
            },
        };
    }
}
