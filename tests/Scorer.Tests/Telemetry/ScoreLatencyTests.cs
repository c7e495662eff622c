namespace Jianwei.Scorer.Telemetry;

public sealed class ScoreLatencyTests
{
    [Fact]
    public void Percentile_IsWithinAThirtySecondOfTheExactOne()
    {
        var random = new Random(1);
        var latency = new ScoreLatency();
        var exact = Enumerable.Range(0, 10_000).Select(_ => TimeSpan.FromMicroseconds(Math.Exp(random.NextDouble() * 18))).Order().ToList();
        exact.ForEach(latency.Record);

        foreach (var share in (double[])[0.01, 0.5, 0.9, 0.99, 0.999, 1])
        {
            var expected = exact[(int)Math.Ceiling(share * exact.Count) - 1].TotalMicroseconds;
            Assert.InRange(latency.Percentile(share).TotalMicroseconds, expected - 1, (expected * 33 / 32) + 1);
        }
    }

    [Fact]
    public void Record_TakesAnyTime()
    {
        var latency = new ScoreLatency();

        latency.Record(TimeSpan.FromSeconds(-1));
        latency.Record(TimeSpan.Zero);
        latency.Record(TimeSpan.MaxValue);

        Assert.Equal(3, latency.Count);
        Assert.Equal(TimeSpan.Zero, latency.Percentile(0.5));
    }

    [Fact]
    public void Reset_ForgetsEverything()
    {
        var latency = new ScoreLatency();
        latency.Record(TimeSpan.FromSeconds(1));

        latency.Reset();

        Assert.Equal((0, TimeSpan.Zero), (latency.Count, latency.Percentile(0.99)));
    }
}
