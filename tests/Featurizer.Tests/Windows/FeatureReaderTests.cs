using FsCheck;
using FsCheck.Fluent;
using Jianwei.Core.Contracts;
using Jianwei.Core.Features;
using Jianwei.Featurizer.State;

namespace Jianwei.Featurizer.Windows;

/// <summary>Every feature of every state equals a recount of all events that counted.</summary>
public sealed class FeatureReaderTests
{
    private static readonly (FeatureCatalogue Catalogue, FeatureReader Reader)[] Readers =
        [.. new[] { Catalogues.Real, Catalogues.Every, Catalogues.Many }.Select(c => (c, new FeatureReader(new FeaturePlan(c))))];

    [Fact]
    public void Features_EqualARecountAfterEveryStep() =>
        Prop.ForAll(Step.Logs(60), steps => Follow(Step.Events(steps), 1))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    [Theory]
    [InlineData(1_400, 3_600)] // a thousand in weeks
    [InlineData(1_400, 40)] // within two days
    [InlineData(2_600, 200_000)] // folded again and again
    public void Features_EqualARecountOfACompanyThatIsFolded(int length, int longestAdvance) =>
        Prop.ForAll(Step.Busy(length, longestAdvance), steps => Follow(Step.Events(steps), 211))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2));

    [Fact]
    public void Features_EqualARecountOfABurstInOneSecond()
    {
        var steps = new List<Step>();
        for (var i = 0; i < 30; i++)
            steps.Add(new(Step.Kinds.News, 1_000 * i, 0, i * 86_400, i, i, 1));
        for (var i = 0; i < 8_400; i++)
            steps.Add(new(i % 7 == 6 ? Step.Kinds.Repeat : Step.Kinds.News, 0, 0, i % 500 * 86_400, i % 50, i, 5));
        for (var i = 0; i < 40; i++)
            steps.Add(new(i % 9 == 8 ? Step.Kinds.Tick : Step.Kinds.News, i * 86_400, 0, i * 3_600, i, i, 1));

        Follow(Step.Events(steps), 1_999);
    }

    [Fact]
    public void Features_OfAnUnknownCompanyAreTheDefaults()
    {
        foreach (var (catalogue, reader) in Readers)
        {
            var vector = new float[catalogue.Count];
            reader.Read(new CompanyState(), vector);
            Assert.Equal(catalogue.Features.Select(f => f.Default), vector);
        }
    }

    private static void Follow(List<CompanyEvent> events, int every)
    {
        var state = new CompanyState();
        var recount = new Recount();
        for (var i = 0; i < events.Count; i++)
        {
            var applied = state.Apply(events[i], 3, i);
            Assert.Equal((i, recount.Add(events[i])), (i, applied == Applied.Yes));
            Assert.Equal((i, recount.Version), (i, (int)state.Version));
            if (i % every == every - 1 || i == events.Count - 1)
                Compare(state, recount, i);
        }
    }

    private static void Compare(CompanyState state, Recount recount, int step)
    {
        foreach (var (catalogue, reader) in Readers)
        {
            var vector = new float[catalogue.Count];
            reader.Read(state, vector);
            for (var i = 0; i < vector.Length; i++)
            {
                var feature = catalogue.Features[i];
                var expected = recount.Value(feature);
                var tolerance = feature.Aggregate == Aggregate.GapStd || feature.Transform != Transform.None
                    ? 1e-5 * Math.Max(1, Math.Abs(expected))
                    : 0;
                if (!(Math.Abs(vector[i] - expected) <= tolerance))
                    Assert.Fail($"step {step}: {feature.Definition} is {vector[i]:R}, recounted {expected:R}");
            }
        }
    }
}
