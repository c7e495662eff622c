using System.Text;
using Microsoft.Extensions.DependencyInjection;

namespace Jianwei.Ingest.DeadLetters;

public sealed class DeadLetterTopicTests
{
    private const string Whole = """
        {"schema_version":1,"source":"warn","source_event_id":"1","company":{"scheme":"US-CIK","id":"42"},"observed_time":"2024-01-02","kind":"pledge"}
        """;

    [Fact]
    public async Task Letter_IsListedShownMendedAndSentBack()
    {
        await using var stage = await IngestStage.StartAsync();
        var topic = ActivatorUtilities.CreateInstance<DeadLetterTopic>(stage.Services);
        await stage.SendAsync("filings", Whole.Replace("pledge", "plege", StringComparison.Ordinal), "nonsense");
        Assert.Equal(2, stage.DeadLetters(2).Count);

        var letters = topic.Read(default).ToList();
        Assert.Equal(["invalid_field", "not_json"], letters.Select(l => l.Letter.Reason).Order());
        var plege = letters.Single(l => l.Letter.Reason == "invalid_field");
        Assert.Equal(plege.Letter.Value, topic.Find(DeadLetterId.Parse(plege.Id.ToString()), default)!.Letter.Value);
        Assert.Null(topic.Find(new DeadLetterId(0, 99), default));
        Assert.Null(topic.Find(new DeadLetterId(99, 0), default));

        Assert.Equal(1, await topic.RedriveAsync([plege], Encoding.UTF8.GetBytes(Whole), default));
        Assert.Equal("US-CIK:42", Assert.Single(stage.Events(1)).CompanyId);
        Assert.Equal(2, await topic.RedriveAsync(letters, null, default));
        Assert.Equal(4, stage.DeadLetters(4).Count);
        await Assert.ThrowsAsync<ArgumentException>(() => topic.RedriveAsync(letters, [1], default));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("a:b")]
    [InlineData("1:2:3")]
    public void Id_ThatIsNoneIsNamed(string text) =>
        Assert.StartsWith(
            $"'{text}' is not the id of a dead letter",
            Assert.Throws<FormatException>(() => DeadLetterId.Parse(text)).Message);
}
