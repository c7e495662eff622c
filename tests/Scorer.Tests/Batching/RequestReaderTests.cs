using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Jianwei.Core.Contracts;
using Jianwei.Scorer.Fixtures;

namespace Jianwei.Scorer.Batching;

/// <summary>The quick way and the close look must agree on everything, or a score would depend on who wrote the request.</summary>
public sealed class RequestReaderTests
{
    private readonly CanonicalRequest _canonical = new(ModelFolder.Catalogue, ModelFolder.FeatureCount);
    private readonly RequestReader _reader = new(ModelFolder.Catalogue, ModelFolder.FeatureCount);

    [Fact]
    public void CanonicalRequest_TakesWhatWireWrites() => Prop.ForAll(Generated(), request =>
    {
        var (row, features) = (default(RequestRow), new float[ModelFolder.FeatureCount]);
        Assert.True(_canonical.TryRead(Wire.Write(request), ref row, features), Encoding.UTF8.GetString(Wire.Write(request)));
        AssertRead(request, row, features);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Read_TakesAnyLayoutOfTheSame() => Prop.ForAll(Generated(), request =>
    {
        foreach (var message in Layouts(request))
        {
            var (row, features) = (default(RequestRow), new float[ModelFolder.FeatureCount]);
            var refusal = _reader.Read(message, ref row, features);
            Assert.True(refusal is null, $"{refusal}: {Encoding.UTF8.GetString(message)}");
            AssertRead(request, row, features);
        }
    }).QuickCheckThrowOnFailure();

    // Whatever one changed byte makes of a request: what the quick way takes, a JSON reader takes, and reads alike.
    [Fact]
    public void CanonicalRequest_TakesNothingThatJsonRefuses()
    {
        var random = new Random(7);
        var taken = 0;
        var original = Wire.Write(Requests.Of("US-X:1", 12) with { TextHash = "0123456789abcdef", CompanyName = "a\"b\\c\té见" });
        byte[] likely = [.. "\"\\{}[]:,0-.eEnu \n\t"u8, 0, 0x1F, 0x7F, 0x80, 0xC3, 0xFF];
        for (var i = 0; i < 20_000; i++)
        {
            var message = (byte[])original.Clone();
            message[random.Next(message.Length)] = random.Next(2) == 0 ? likely[random.Next(likely.Length)] : (byte)random.Next(256);
            var (row, features) = (default(RequestRow), new float[ModelFolder.FeatureCount]);
            if (_canonical.TryRead(message, ref row, features))
            {
                taken++;
                AssertAgrees(message, row, features);
            }
        }

        Assert.InRange(taken, 1_000, 19_000);
    }

    [Theory]
    [InlineData("0001-01-01T00:00:00+00:00")]
    [InlineData("9999-12-31T23:59:59.9999999+00:00")]
    [InlineData("2024-02-29T12:00:00.5+08:00")]
    [InlineData("2024-02-29T12:00:00.0000001-14:00")]
    public void TimeText_ReadsWhatJsonWrites(string text)
    {
        Assert.True(TimeText.TryParse(Encoding.UTF8.GetBytes(text), out var time));
        Assert.Equal(DateTimeOffset.Parse(text, CultureInfo.InvariantCulture), time);
        Assert.Equal(
            $"\"{text}\"",
            JsonSerializer.Serialize(
                time, new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
    }

    [Theory]
    [InlineData("2023-02-29T12:00:00+00:00")]
    [InlineData("2024-13-01T12:00:00+00:00")]
    [InlineData("2024-01-01T24:00:00+00:00")]
    [InlineData("2024-01-01T12:60:00+00:00")]
    [InlineData("2024-01-01T12:00:00.+00:00")]
    [InlineData("2024-01-01T12:00:00+15:00")]
    [InlineData("2024-01-01T12:00:00+14:01")]
    [InlineData("2024-01-01 12:00:00+00:00")]
    [InlineData("0001-01-01T00:00:00+01:00")]
    [InlineData("2024-01-01T12:00:00Z")]
    [InlineData("")]
    public void TimeText_RefusesTheRest(string text) => Assert.False(TimeText.TryParse(Encoding.UTF8.GetBytes(text), out _));

    private static void AssertRead(ScoreRequest request, RequestRow row, float[] features)
    {
        Assert.Equal(
            (request.CompanyId, request.StateVersion, request.AcceptedTime),
            (Encoding.UTF8.GetString(row.CompanyId), row.StateVersion, row.AcceptedTime));
        Assert.Equal(request.Features, Requests.Bytes(features));
    }

    // Types that the event alone has are the reader's of the score.
    private static void AssertAgrees(byte[] message, RequestRow row, float[] features)
    {
        using var json = JsonDocument.Parse(message);
        var root = json.RootElement;
        Assert.Equal(root.GetProperty("company_id").GetString(), Encoding.UTF8.GetString(row.CompanyId));
        Assert.Equal(root.GetProperty("state_version").GetInt64(), row.StateVersion);
        Assert.Equal(root.GetProperty("accepted_time").GetDateTimeOffset(), row.AcceptedTime);
        Assert.Equal(root.GetProperty("features").GetBytesFromBase64(), Requests.Bytes(features));
        Assert.True(root.GetProperty("as_of").TryGetDateTimeOffset(out _));
        Assert.NotNull(root.GetProperty("company_name").GetString());
        Assert.Equal(JsonValueKind.Object, root.GetProperty("event").ValueKind);
    }

    private static IEnumerable<byte[]> Layouts(ScoreRequest request)
    {
        var plain = Wire.Write(request);
        var node = JsonNode.Parse(plain)!.AsObject();
        yield return plain;
        yield return JsonSerializer.SerializeToUtf8Bytes(node, new JsonSerializerOptions { WriteIndented = true });
        yield return JsonSerializer.SerializeToUtf8Bytes(
            new JsonObject(node.Reverse().Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone()))));
        node["unknown"] = new JsonObject { ["nested"] = new JsonArray(1, 2) };
        yield return JsonSerializer.SerializeToUtf8Bytes(node);
    }

    private static Arbitrary<ScoreRequest> Generated()
    {
        var text = ArbMap.Default.GeneratorFor<string?>()
            .Select(t => t is null ? null : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(t)));
        var time = Gen.Choose(0, int.MaxValue)
            .Select(s => new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(s * 10_000_019L));
        var company = Gen.Elements("US-CIK:320193", "CN-USCC:91310000MA1FL5KQ7X", "源-本地:甲", "x");
        return (
            from id in company
            from name in text
            from version in Gen.Choose(0, int.MaxValue)
            from asOf in time
            from accepted in time
            from amount in ArbMap.Default.GeneratorFor<double>().Select(d => double.IsFinite(d) ? d : (double?)null)
            from summary in text
            from hash in Gen.Elements("0123456789abcdef", null)
            from hasEvent in Gen.Elements(true, false)
            let request = Requests.Of(id, version)
            select request with
            {
                CompanyName = name,
                AsOf = asOf,
                AcceptedTime = accepted,
                TextHash = hash,
                Event = hasEvent ? request.Event! with { Amount = amount, Summary = summary } : null,
            }).ToArbitrary();
    }
}
