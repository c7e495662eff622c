using System.Text;
using System.Text.Json.Nodes;
using Confluent.Kafka;
using Jianwei.Acceptance.Harness;
using Jianwei.Core.Contracts;
using Jianwei.Core.Kafka;
using Jianwei.Servers;

namespace Jianwei.Acceptance;

/// <summary>
/// Whatever lies on a topic: no stage stops, each bad message has its dead letter, and the good ones around it go through.
/// </summary>
public sealed class BadInputTests
{
    private static readonly string Nested = string.Concat(Enumerable.Repeat("[", 20_000));

    private sealed record Bad(byte[]? Value, string Reason, string Named, byte[]? Key = null);

    [Fact]
    public async Task RawTopics_RefuseEachBadMessageWithItsReason()
    {
        await using var installation = await Installation.CreateAsync();
        await using var program = installation.Run();
        await program.ReadyAsync();
        var expected = new Dictionary<(string Topic, int Partition, long Offset), Bad>();
        var good = 0;
        using (var producer = installation.Kafka.Producer().Build())
        {
            foreach (var topic in installation.Kafka.Topics.Raw)
            {
                var samples = Samples(topic[installation.Prefix.Length..]);
                foreach (var bad in Raw(samples[0]))
                {
                    var sent = await producer.ProduceAsync(topic, new() { Key = bad.Key ?? "X-TEST:1"u8.ToArray(), Value = bad.Value! });
                    expected[(topic, sent.Partition.Value, sent.Offset.Value)] = bad;
                    await producer.ProduceAsync(topic, new() { Key = "X-TEST:1"u8.ToArray(), Value = Another(samples[0], good++) });
                }
            }
        }

        await installation.DrainAsync();

        Assert.True(program.Running, program.Errors);
        await program.ReadyAsync();
        AssertRefused(installation, expected);
        Assert.Equal(good, installation.Count(installation.Kafka.Topics.Events));
        Assert.Equal(good, installation.Count(installation.Kafka.Topics.Scores));
        await installation.VerifyAsync();
        Assert.Equal(expected.Count, await LettersAsync(program, "ingest"));
    }

    [Fact]
    public async Task InternalTopics_RefuseGarbage()
    {
        await using var installation = await Installation.CreateAsync();
        await using var program = installation.Run();
        await program.ReadyAsync();
        var topics = installation.Kafka.Topics;
        await installation.DoAsync("replay", Sample.Source, "--limit", "300", "--drain", "--json");
        var before = await Outcome.OfAsync(installation);
        var expected = new Dictionary<(string Topic, int Partition, long Offset), Bad>();
        var letters = installation.Count(topics.DeadLetters);
        using (var producer = installation.Kafka.Producer().Build())
        {
            foreach (var (topic, reason) in ((string, string)[])
                [
                    (topics.Events, "not_an_event"),
                    (topics.ScoreRequests, "not_json|invalid_field|catalogue_mismatch|too_large"),
                    (topics.Scores, "not_json|invalid_field")
                ])
            {
                foreach (var bad in Internal(installation.Read(topic)[0].Message.Value, reason))
                {
                    var sent = await producer.ProduceAsync(topic, new() { Key = bad.Key ?? "X-TEST:1"u8.ToArray(), Value = bad.Value! });
                    expected[(topic, sent.Partition.Value, sent.Offset.Value)] = bad;
                }
            }
        }

        await installation.DrainAsync();

        Assert.True(program.Running, program.Errors);
        await program.ReadyAsync();
        Assert.Equal(letters + expected.Count, installation.Count(topics.DeadLetters));
        AssertRefused(installation, expected);
        Outcome.AssertSame(before, await Outcome.OfAsync(installation) with { Refused = before.Refused });
        await installation.DoAsync("replay", Sample.Source, "--drain", "--json");
        await installation.VerifyAsync();
        Assert.True((await Outcome.OfAsync(installation)).Scores.Count > before.Scores.Count);
    }

    private static IEnumerable<Bad> Raw(JsonObject sample)
    {
        yield return new("{"u8.ToArray(), "not_json", "JSON");
        yield return new("not json"u8.ToArray(), "not_json", "JSON");
        yield return new("[]"u8.ToArray(), "not_json", "JSON");
        yield return new("{}"u8.ToArray(), "missing_field", "company");
        yield return new([], "not_json", "JSON");
        yield return new(null, "not_json", "JSON");
        yield return new([0xff, 0xfe, 0x00, 0x80], "invalid_utf8", "UTF-8");
        yield return new(Encoding.UTF8.GetBytes(Nested), "not_json", "JSON");
        yield return new(new byte[5 * 1024 * 1024], "too_large", "Ingest:MessageSizeLimit");

        // As a letter it would be larger than the largest message, were it not cut.
        yield return new(new byte[8 * 1024 * 1024], "too_large", "key of", new byte[7 * 1024 * 1024]);
        foreach (var field in (string[])["source", "source_event_id", "company", "observed_time"])
            yield return With(sample, field, null, "missing_field", field);
        yield return With(sample, "source", 5, "invalid_field", "source");
        yield return With(sample, "schema_version", 99, "unsupported_version", "schema_version");
        yield return With(sample, "observed_time", "yesterday", "bad_time", "observed_time");
        yield return With(sample, "observed_time", "9999-12-31", "bad_time", "observed_time");
        yield return With(sample, "observed_time", "0001-01-01", "bad_time", "observed_time");
        yield return With(sample, "surprise", 1, "unknown_field", "surprise");
        yield return With(sample, "company", new JsonObject { ["scheme"] = "MOON-ID", ["id"] = "1" }, "unknown_scheme", "company.scheme");
        yield return With(sample, "company", new JsonObject { ["scheme"] = "CN-USCC", ["id"] = "123" }, "bad_identifier", "company.id");
        yield return With(sample, "company", "X-TEST:1", "invalid_field", "company");
    }

    // A reason may be one of several, where what is found first is the stage's affair.
    private static IEnumerable<Bad> Internal(byte[] good, string reason)
    {
        var message = JsonNode.Parse(good)!.AsObject();
        yield return new("{"u8.ToArray(), reason, "");
        yield return new("null"u8.ToArray(), reason, "");
        yield return new([], reason, "");
        yield return new(null, reason, "");
        yield return new([0xff, 0x00], reason, "");
        yield return new("{}"u8.ToArray(), reason, "company_id");
        yield return new(Encoding.UTF8.GetBytes(Nested), reason, "");
        yield return new(Encoding.UTF8.GetBytes($"{{\"{new string('x', 4_000_000)}\":1}}"), reason, "");
        yield return With(message, "company_id", null, reason, "company_id");
        yield return With(message, "company_id", 5, reason, "company_id");
        yield return With(message, "company_id", "", reason, "company_id");
        yield return With(message, "company_id", new string('1', 15_000_000), reason, "") with { Key = new byte[500_000] };
        if (reason == "not_an_event")
        {
            yield return With(message, "event_id", new string('f', 9_000_000), reason, "");
            yield return With(message, "event_id", "zzzzzzzzzzzzzzzz", reason, "");
            yield return With(message, "event_time", "soon", reason, "event_time");
            yield return With(message, "event_time", "2099-01-01T00:00:00+00:00", reason, "event_time");
            yield return With(message, "observed_time", "2099-01-01T00:00:00+00:00", reason, "observed_time");
            yield return With(message, "observed_time", "9999-12-31T00:00:00+00:00", reason, "observed_time");
            yield return With(message, "type", "gossip", reason, "type");
            yield return With(message, "amount", 1e300, reason, "amount");
            yield return new(
                Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(With(message, "amount", 7, reason, "").Value!)
                    .Replace("\"amount\":7", "\"amount\":1e999", StringComparison.Ordinal)),
                reason, "amount");
        }
        else
        {
            yield return With(message, "features", "AAAA", reason, "features");
            yield return With(message, "as_of", "soon", reason, "as_of");
            yield return With(message, "state_version", -1, reason, "state_version");
            yield return With(message, "state_version", "one", reason, "state_version");
        }
    }

    private static Bad With(JsonObject sample, string field, JsonNode? value, string reason, string named)
    {
        var changed = sample.DeepClone().AsObject();
        changed.Remove(field);
        if (value is not null)
            changed[field] = value;
        return new(Encoding.UTF8.GetBytes(changed.ToJsonString()), reason, named);
    }

    private static byte[] Another(JsonObject sample, int number) => With(sample, "source_event_id", $"good-{number}", "", "").Value!;

    private static List<JsonObject> Samples(string topic) =>
        [.. Directory.GetFiles(Path.Combine(Repository.Root, "schemas", "samples", topic), "*.json").Order(StringComparer.Ordinal)
            .Select(f => JsonNode.Parse(File.ReadAllText(f))!.AsObject())];

    private static void AssertRefused(Installation installation, Dictionary<(string Topic, int Partition, long Offset), Bad> expected)
    {
        var found = installation.Read(installation.Kafka.Topics.DeadLetters)
            .Select(r => Wire.ReadDeadLetter(r.Message.Value))
            .ToDictionary(l => (l.Topic, l.Partition, l.Offset));
        Assert.All(expected, e =>
        {
            Assert.True(found.TryGetValue(e.Key, out var letter), $"no letter of {e.Key}: {Start(e.Value)}");
            Assert.True(
                e.Value.Reason.Split('|').Contains(letter.Reason)
                    && letter.Detail.Contains(e.Value.Named, StringComparison.Ordinal)
                    && letter.Detail.Length is > 5 and < 2_200,
                $"{Start(e.Value)}: expected {e.Value.Reason} that names '{e.Value.Named}', found {letter.Reason}: {letter.Detail}");
        });
    }

    private static string Start(Bad bad) => Encoding.UTF8.GetString((bad.Value ?? [])[..Math.Min(300, bad.Value?.Length ?? 0)]);

    private static async Task<double> LettersAsync(JianweiProcess program, string stage) =>
        Metrics.Parse((await program.GetAsync("/metrics")).Text)
            .Where(m => m.Key.StartsWith("jianwei_dead_letters_total", StringComparison.Ordinal)
                && m.Key.Contains($"\"{stage}\"", StringComparison.Ordinal))
            .Sum(m => m.Value);
}
