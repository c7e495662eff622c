using System.Text;
using Confluent.Kafka;
using Config = FsCheck.Config;
using FsCheck;
using FsCheck.Fluent;
using Jianwei.Core.Contracts;
using Jianwei.Core.Contracts.Raw;
using Jianwei.Core.Features;
using Jianwei.Featurizer.State;
using Jianwei.Featurizer.Windows;

namespace Jianwei.Featurizer.Events;

/// <summary>The quick way through a message and the general one agree, whatever the message.</summary>
public sealed class LogEventReaderTests
{
    private static readonly LogEventReader Reader = new();

    private static readonly string[] Texts =
        ["", "jobs", "X-TEST:1", "企业“一”", "a\"b", "back\\slash", "a;b", "\u007f", "\u2028", "line\n", "😀", "<&>'+", "é"];

    private static readonly string[] Spoils =
    [
        "\"", "\\", "null", "0", "1.0", "1.50", "-0", "1e3", "123456789012345678", "0.1", "-7.25", "00012", ".5", "5.",
        "Z", "+01:00", "+00:00", ".5000000", ".1234567", ".12345678", "2023-02-29", "24:00:00", "23:59:60", ",",
        "}", "{", " ", "\\u0041", "\ud800", "é", ";", "tick", "none", "posting.opened", "FEDCBA9876543210", " 123",
        ",\"unit\":\"CNY\"", ",\"text\":null", ",\"text\":{\"segment\":\"posting\",\"key\":\"k\",\"content\":\"c\"}",
        ",\"more\":[1]", "\"schema_version\":2",
    ];

    private static Gen<string?> Text => Gen.Elements<string?>([null, .. Texts]);

    private static Gen<DateTimeOffset> Time =>
        from ticks in Gen.Frequency(
            (4, Gen.Choose(0, int.MaxValue).Select(s => DateTime.UnixEpoch.Ticks + (s * TimeSpan.TicksPerSecond))),
            (2, Gen.Choose(0, int.MaxValue).Select(s => DateTime.UnixEpoch.Ticks + (s * 12_345_678L))),
            (1, Gen.Elements(TimeSpan.TicksPerDay * 366, DateTime.UnixEpoch.Ticks - 1, new DateTime(2110, 1, 1).Ticks)))
        from hours in Gen.Frequency((5, Gen.Constant(0)), (1, Gen.Choose(-14, 14)))
        select new DateTimeOffset(ticks, TimeSpan.FromHours(hours));

    // Also at the very second of an event, and just before and after it.
    private static Gen<DateTimeOffset> Latest => Gen.Frequency(
        (2, Gen.Constant(RawTime.Latest)),
        (1, Time.Select(t => EventTimes.Latest(new Timestamp(t.ToUnixTimeMilliseconds(), TimestampType.CreateTime)))),
        (1, Gen.Choose(-2, 2).Select(s => Plain.ObservedTime.AddMilliseconds(s * 250))));

    private static Gen<double?> Amount => Gen.Frequency(
        (3, Gen.Choose(-50, 1_000_000).Select(a => (double?)a)),
        (2, Gen.Choose(-5_000, 1_000_000).Select(a => (double?)(a / 700.0))),
        (1, Gen.Elements<double?>(null, 0, -0.0, 1e14, 99999999999999, 1e15, 1e-7, 0.1, 1e300, 123456789.123)));

    private static Gen<CompanyEvent> Event =>
        from texts in Text.ArrayOf(6)
        from times in Time.ArrayOf(3)
        from order in Gen.Choose(0, 3)
        from amount in Amount
        from type in Gen.Elements(EventTypes.All.ToArray())
        from id in Gen.Choose(0, int.MaxValue)
        from hasText in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)))
        select new CompanyEvent
        {
            EventId = ((ulong)id * 0x9E3779B97F4A7C15UL).ToString("x16"), CompanyId = texts[0] ?? "X-TEST:1", CompanyName = texts[1],
            Type = type, EventTime = order == 0 ? times[0] : order == 1 || times[0] > times[1] ? times[1] : times[0],
            ObservedTime = order == 3 ? Plain.ObservedTime : times[1], AcceptedTime = times[2], Amount = amount, Unit = texts[2],
            Source = texts[3] ?? "jobs", SourceEventId = texts[4] ?? "1", Summary = texts[5],
            Text = hasText ? new(TextSegment.Posting, "key", texts[5]) : null,
        };

    private static Gen<byte[]> Message =>
        from e in Event
        from spoils in Gen.Frequency((2, Gen.Constant(0)), (3, Gen.Choose(1, 2)))
        from at in Gen.Choose(0, 10_000).ArrayOf(2)
        from length in Gen.Frequency((2, Gen.Constant(0)), (2, Gen.Choose(1, 3)), (1, Gen.Choose(4, 30))).ArrayOf(2)
        from with in Gen.Elements(Spoils).ArrayOf(2)
        from raw in Gen.Frequency((4, Gen.Constant(-1)), (1, Gen.Choose(0, 255)))
        select Spoil(Wire.Write(e), spoils, at, length, with, raw);

    [Fact]
    public void Reader_AgreesWithTheGeneralOne() =>
        Prop.ForAll(Message.ToArbitrary(), Latest.ToArbitrary(), Agree).Check(Config.QuickThrowOnFailure.WithMaxTest(4_000));

    [Fact]
    public void Reader_AgreesWhereOneFieldIsSpoilt()
    {
        var whole = Encoding.UTF8.GetString(Wire.Write(Plain));
        foreach (var value in new[]
            {
                "0123456789abcdef", "X-TEST:1", "posting.opened", "2024-02-29T23:59:58+00:00", "2024-02-29T23:59:58.25+00:00",
                "439", "jobs", "0001-01-01T00:00:00+00:00", "+00:00", "1,\"event"
            })
        {
            Assert.Contains(value, whole);
            foreach (var spoil in Spoils.Concat(Texts))
            {
                Agree(Encoding.UTF8.GetBytes(whole.Replace(value, spoil, StringComparison.Ordinal)), RawTime.Latest);
                Agree(Encoding.UTF8.GetBytes(whole.Replace(value, value + spoil, StringComparison.Ordinal)), RawTime.Latest);
            }
        }
    }

    [Theory]
    [InlineData("企业“一”")]
    [InlineData("Company 17")]
    public void Reader_IsQuickWithWhatIngestWrites(string name) =>
        Assert.True(Reader.TryReadQuickly(Wire.Write(Plain with { CompanyName = name, Amount = 12.5 }), RawTime.Latest, out _));

    private static CompanyEvent Plain => new()
    {
        EventId = "0123456789abcdef", CompanyId = "X-TEST:1", Type = EventType.PostingOpened,
        EventTime = new(2024, 2, 29, 23, 59, 58, TimeSpan.Zero),
        ObservedTime = new DateTimeOffset(2024, 2, 29, 23, 59, 58, TimeSpan.Zero).AddMilliseconds(250),
        Amount = 439, Source = "jobs", SourceEventId = "1",
    };

    private static byte[] Spoil(byte[] message, int spoils, int[] at, int[] length, string[] with, int raw)
    {
        for (var i = 0; i < spoils; i++)
        {
            var from = at[i] % message.Length;
            message = [.. message[..from], .. Encoding.UTF8.GetBytes(with[i]), .. message[Math.Min(from + length[i], message.Length)..]];
        }

        if (raw >= 0)
            message[at[0] % message.Length] = (byte)raw;
        return message;
    }

    private static void Agree(byte[] message, DateTimeOffset latest)
    {
        var text = Encoding.UTF8.GetString(message);
        var expected = EventReader.TryRead(message, latest, out var problem);
        Assert.Equal((text, expected is not null), (text, Reader.TryRead(message, latest, out var found, out var foundProblem)));
        Assert.Equal(problem, foundProblem);
        if (expected is not null)
        {
            var general = LogEvent.Of(expected);
            Assert.Equal((text, general.EventTime, general.Source, general.Text), (text, found.EventTime, found.Source, found.Text));
            Assert.Equal(expected.CompanyId, Encoding.UTF8.GetString(found.CompanyId.Span));
            Assert.Equal((general.Record.ToString(), general.Type), (found.Record.ToString(), found.Type));
            AssertRequest(expected, found);
        }
    }

    private static readonly FeaturePlan Plan = new(Catalogues.Every);
    private static readonly RequestWriter Writer = new(Plan);

    // What the request says of the event is what Wire would write.
    private static void AssertRequest(CompanyEvent e, in LogEvent found)
    {
        var state = new CompanyState { Version = 7, StreamTime = 1_700_000_000 };
        var features = new float[Plan.Catalogue.Count];
        new FeatureReader(Plan).Read(state, features);
        var request = new ScoreRequest
        {
            CompanyId = e.CompanyId, CompanyName = e.CompanyName, StateVersion = 7, AsOf = Days.TimeOf(1_700_000_000),
            Catalogue = Plan.Catalogue.Hash,
            Features = System.Runtime.InteropServices.MemoryMarshal.AsBytes(features.AsSpan()).ToArray(),
            Event = e.Type == EventType.Tick ? null : e.ToSummary(), AcceptedTime = e.AcceptedTime,
        };
        Assert.Equal(Encoding.UTF8.GetString(Wire.Write(request)), Encoding.UTF8.GetString(Writer.Write(found, state)));
    }
}
