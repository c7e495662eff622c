using FsCheck;
using FsCheck.Fluent;
using Jianwei.Core.Contracts;
using Jianwei.Featurizer.Windows;

namespace Jianwei.Featurizer.State;

public sealed class StateCodecTests
{
    private static readonly FeaturePlan Plan = new(Catalogues.Every);

    [Fact]
    public void Codec_RoundTrips() =>
        Prop.ForAll(Step.Logs(80), steps =>
        {
            var state = Replay(Step.Events(steps));
            state.TextHash = (ulong)steps.Length << 50;
            var bytes = StateCodec.Encode(state);
            var read = StateCodec.Decode(bytes);
            Assert.Equal(bytes, StateCodec.Encode(read));
            Assert.Equal(state.Records, read.Records);
            Assert.Equal(
                (state.Version, state.Partition, state.Offset, state.StreamTime, state.FoldedThrough, state.Sources, state.TextHash),
                (read.Version, read.Partition, read.Offset, read.StreamTime, read.FoldedThrough, read.Sources, read.TextHash));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    [Fact]
    public void Decode_IntoAClearedStateLeavesNothingOfTheOldOne() =>
        Prop.ForAll(Step.Logs(40), steps =>
        {
            var used = Mixed();
            used.Clear();
            Assert.Equal(StateCodec.Encode(new CompanyState()), StateCodec.Encode(used));
            var bytes = StateCodec.Encode(Replay(Step.Events(steps)));
            StateCodec.Decode(bytes, used);
            Assert.Equal(bytes, StateCodec.Encode(used));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(50));

    [Fact]
    public void Codec_FiftyEventsTakeAtMostOneKibibyte()
    {
        var steps = Enumerable.Range(0, 50).Select(i => new Step(Step.Kinds.News, 86_400 * 3, 0, 86_400, i, i * 1_000, 1));
        var bytes = StateCodec.Encode(Replay(Step.Events(steps)));
        Assert.Equal(940, bytes.Length);
        Assert.InRange(bytes.Length, 1, 1_024);
    }

    [Fact]
    public void Decode_RefusesEveryTruncation()
    {
        var bytes = StateCodec.Encode(Mixed());
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<InvalidDataException>(() => StateCodec.Decode(bytes.AsSpan(0, length)));
        Assert.Throws<InvalidDataException>(() => StateCodec.Decode([.. bytes, 0]));
    }

    // A flipped bit is seen, or leaves a state that everything can still be done with.
    [Fact]
    public void Decode_OfDamagedBytesNeverCrashes()
    {
        var whole = StateCodec.Encode(Mixed());
        var reader = new FeatureReader(Plan);
        var vector = new float[Plan.Catalogue.Count];
        var refused = 0;
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            var bytes = whole.ToArray();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                var state = StateCodec.Decode(bytes);
                reader.Read(state, vector);
                state.Apply(Step.Events([new(Step.Kinds.News, 100_000_000, 0, 0, 1, 1, 1)])[0], 3, long.MaxValue);
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1, whole.Length * 8);
    }

    [Fact]
    public void Decode_OfRandomBytesNeverCrashes() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            Assert.Throws<InvalidDataException>(() => StateCodec.Decode([StateCodec.Format, .. bytes.Take(30)]));
        }).QuickCheckThrowOnFailure();

    // Records, folded days and lifetime cells.
    private static CompanyState Mixed()
    {
        var steps = Enumerable.Range(0, 1_100).Select(i => new Step(Step.Kinds.News, i < 5 ? 200 * 86_400 : 7_200, 0, 3_600, i % 3, i, 1));
        var state = Replay(Step.Events(steps));
        while (state.Records.Length > 40)
            state.Apply(
                Step.Events([new(Step.Kinds.Tick, (int)(state.StreamTime - Days.SecondsOf(Step.Start)) + 86_400, 0, 0, 0, null, 1)])[0],
                3, state.Offset + 1);
        Assert.NotEqual((0, 0, 0), (state.Records.Length, state.DayCells.Length, state.LifetimeCells.Length));
        return state;
    }

    private static CompanyState Replay(List<CompanyEvent> events)
    {
        var state = new CompanyState();
        for (var i = 0; i < events.Count; i++)
            state.Apply(events[i], 3, i);
        return state;
    }
}
