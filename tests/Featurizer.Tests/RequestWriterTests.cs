using Jianwei.Core.Contracts;
using Jianwei.Core.Features;
using Jianwei.Core.Text;
using Jianwei.Featurizer.Benchmark;
using Jianwei.Featurizer.State;
using Jianwei.Featurizer.Windows;
using Jianwei.Servers;

namespace Jianwei.Featurizer.Tests;

public sealed class RequestWriterTests
{
    private static readonly FeaturePlan Plan = new(FeatureCatalogue.Load(Path.Combine(Repository.Root, "schemas/features/catalogue.json")));

    [Theory]
    [InlineData(false, "一家“有引号”的公司 <&> \\ \u2028")]
    [InlineData(true, null)]
    public void Request_IsByteForByteWhatWireWrites(bool tick, string? name)
    {
        var stream = new EventStream(companies: 3, partitions: 1, seed: 5);
        var writer = new RequestWriter(Plan);
        var state = new CompanyState { TextHash = tick ? 0 : 0x12345ul };
        for (var offset = 0; offset < 40; offset++)
        {
            var e = stream.Next() with { CompanyName = name, Summary = name, Amount = offset % 3 == 0 ? null : offset / 7.0 };
            Assert.Equal(Applied.Yes, state.Apply(e, 0, offset * 2));
            if (tick)
            {
                e = e with { Type = EventType.Tick, ObservedTime = e.ObservedTime.AddDays(1) };
                Assert.Equal(Applied.Yes, state.Apply(e, 0, (offset * 2) + 1));
            }

            var text = new CompanyText();
            text.Apply(new(TextSegment.Filing, "judgment", new string('判', offset * 40)), 7);
            var written = writer.Write(e, state, offset % 4 == 0 ? text : null);

            Assert.Equal(Wire.Write(Wire.ReadScoreRequest(written)), written);
            Assert.Equal(offset % 4 == 0 ? text.Encode() : null, Wire.ReadScoreRequest(written).Text);
        }
    }
}
