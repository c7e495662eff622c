using System.Text;
using System.Text.Json;
using Jianwei.Servers;

namespace Jianwei.Core.Contracts.Raw;

/// <summary>Validators, schemas and samples say the same.</summary>
public sealed class SchemaEquivalenceTests
{
    [Fact]
    public async Task Validators_AcceptAndRefuseWhatTheSchemasDo()
    {
        var generator = new MessageGenerator(20240301);
        var corpus = new List<(string Topic, byte[] Message)>();
        foreach (var topic in MessageGenerator.Topics)
        {
            for (var i = 0; i < 100; i++)
                corpus.Add((topic, Encoding.UTF8.GetBytes(generator.Whole(topic).ToJsonString())));
            for (var i = 0; i < 500; i++)
                corpus.Add((topic, generator.Spoilt(topic)));
        }

        var schemas = await SchemaOracle.AskAsync(corpus);

        Assert.Equal(corpus.Count, schemas.Count);
        var different = new List<string>();
        for (var i = 0; i < corpus.Count; i++)
        {
            var result = RawValidators.For(corpus[i].Topic)!.Validate(corpus[i].Message);
            if (result.Message is not null != (schemas[i] == "ok"))
                different.Add(
                    $"{corpus[i].Topic}: schema {schemas[i]}, validator {Problem.Sentence(result.Problems)}: {Encoding.UTF8.GetString(corpus[i].Message)}");
        }

        Assert.True(different.Count == 0, string.Join('\n', different.Select(d => d[..Math.Min(d.Length, 900)])));
        Assert.InRange(schemas.Count(s => s == "ok"), 500, 1_700);
    }

    [Fact]
    public async Task Generator_MakesWholeMessagesThatAreAccepted()
    {
        var generator = new MessageGenerator(7);
        foreach (var topic in MessageGenerator.Topics)
        {
            for (var i = 0; i < 200; i++)
            {
                var result = RawValidators.For(topic)!.Validate(Encoding.UTF8.GetBytes(generator.Whole(topic).ToJsonString()));
                Assert.True(result.Message is not null, Problem.Sentence(result.Problems));
            }
        }

        await Task.CompletedTask;
    }

    [Fact]
    public async Task Samples_AreAcceptedByTheirSchemas()
    {
        var samples = Samples().ToList();
        var answers = await SchemaOracle.AskAsync(samples.Select(s => (s.Topic, s.Message)));
        Assert.All(samples.Zip(answers), pair => Assert.True(pair.Second == "ok", $"{pair.First.Topic}/{pair.First.Name}: {pair.Second}"));
        Assert.Equal(8, samples.Select(s => s.Topic).Distinct().Count());
    }

    [Fact]
    public void Samples_AreAcceptedByTheirValidators()
    {
        foreach (var (topic, name, message) in Samples().Where(s => RawValidators.For(s.Topic) is not null))
        {
            var result = RawValidators.For(topic)!.Validate(message);
            Assert.True(result.Message is not null, $"{topic}/{name}: {Problem.Sentence(result.Problems)}");
        }
    }

    [Fact]
    public void Samples_ComeBackFromTheirRecordsUnchanged()
    {
        foreach (var (topic, name, message) in Samples())
        {
            var written = topic switch
            {
                "events" => Wire.Write(Wire.ReadEvent(message)),
                "score-requests" => Wire.Write(Wire.ReadScoreRequest(message)),
                "scores" => Wire.Write(Wire.ReadScore(message)),
                "dead-letters" => Wire.Write(Wire.ReadDeadLetter(message)),
                _ => RawWire.Write(RawValidators.For(topic)!.Validate(message).Message!),
            };
            var (before, after) = (WithoutNulls(message), WithoutNulls(written));
            Assert.True(before == after, $"{topic}/{name}:\n{before}\n{after}");
        }
    }

    [Fact]
    public async Task InternalSchemas_AcceptWhatWireWrites()
    {
        var time = new DateTimeOffset(2024, 7, 3, 1, 2, 3, TimeSpan.Zero).AddTicks(1_234_567);
        var messages = EventTypes.All.Select(type => ("events", Wire.Write(Event(type, time)))).ToList();
        messages.AddRange(EventTypes.All.Select(type => ("score-requests", Wire.Write(new ScoreRequest
        {
            CompanyId = "LEI:254900JIANWEISAMPL19", CompanyName = "样例", StateVersion = 3, AsOf = time, Catalogue = "0123456789abcdef",
            Features = [0, 0, 128, 63], TextHash = "0123456789abcdef",
            Event = type == EventType.Tick ? null : Event(type, time).ToSummary(), AcceptedTime = time,
        }))));
        messages.Add(("scores", Wire.Write(new Score
        {
            CompanyId = "X-A:1", StateVersion = long.MaxValue, AsOf = time, ProbabilityOfDefault = 1e-9,
            LogOdds = -20.7, Band = "low", Model = "m/1", Catalogue = "0123456789abcdef", Features = [],
            Event = Event(EventType.FilingPledge, time).ToSummary(), AcceptedTime = time, ScoredTime = time,
        })));
        messages.Add(("dead-letters", Wire.Write(new DeadLetter
        {
            Stage = "ingest", Reason = "not_json", Detail = "the message is not JSON", Topic = "filings",
            Partition = 0, Offset = 0, Key = [1, 2], Value = [0xFF],
        })));

        var answers = await SchemaOracle.AskAsync(messages);

        Assert.All(messages.Zip(answers), pair => Assert.True(pair.Second == "ok", $"{pair.First.Item1}: {pair.Second}"));
    }

    private static CompanyEvent Event(EventType type, DateTimeOffset time) => new()
    {
        EventId = "00000000000000ff", CompanyId = "CN-USCC:91310000MA1FL5KQ75", CompanyName = "上海\"样例\"", Type = type,
        EventTime = time.AddDays(-1), ObservedTime = time, AcceptedTime = time, Amount = 1.5, Unit = "people",
        Source = "s", SourceEventId = "e", Summary = "摘要", Text = new TextChange(TextSegment.Posting, "k", null),
    };

    private static IEnumerable<(string Topic, string Name, byte[] Message)> Samples() =>
        from folder in Directory.GetDirectories(Path.Combine(Repository.Root, "schemas", "samples"))
        from file in Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal)
        select (Path.GetFileName(folder), Path.GetFileName(file), File.ReadAllBytes(file));

    private static string WithoutNulls(byte[] message)
    {
        using var document = JsonDocument.Parse(message);
        return Sorted(document.RootElement);
    }

    private static string Sorted(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(',', value.EnumerateObject().Where(p => p.Value.ValueKind != JsonValueKind.Null)
            .OrderBy(p => p.Name, StringComparer.Ordinal).Select(p => $"{p.Name}:{Sorted(p.Value)}")) + "}",
        JsonValueKind.Number => value.GetDouble().ToString("R"),
        _ => value.ToString(),
    };
}
