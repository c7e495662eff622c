using System.Text;
using Jianwei.Servers;

namespace Jianwei.Ingest.Replay;

public sealed class NdjsonFormatTests
{
    [Fact]
    public void Samples_AreRecognisedByTheirFields()
    {
        foreach (var topic in (string[])["company-changes", "job-postings", "filings", "outcomes"])
        {
            foreach (var file in Directory.GetFiles(Path.Combine(Repository.Root, "schemas", "samples", topic)))
            {
                var row = Assert.Single(Rows.Of(new NdjsonFormat(), File.ReadAllText(file).ReplaceLineEndings(" ")));
                Assert.True((topic, null) == (row.Topic, row.Refusal), $"{file}: {row.Topic} {row.Refusal}");
                Assert.NotNull(row.Observed);
            }
        }
    }

    [Fact]
    public void Topic_ThatALineNamesIsTakenOut()
    {
        var row = Assert.Single(
            Rows.Of(new NdjsonFormat(), """{"topic":"filings","kind":"other","company":{"scheme":"X-A","id":"1"},"text":"公司"}"""));
        Assert.Equal(
            ("filings", "X-A:1", """{"kind":"other","company":{"scheme":"X-A","id":"1"},"text":"公司"}"""),
            (row.Topic, row.Key, Encoding.UTF8.GetString(row.Value)));
    }

    [Theory]
    [InlineData("{\"kind\":", "not JSON: ")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{\"kind\":\"judgement\"}", "kind is \"judgement\"; allowed in company-changes: ")]
    [InlineData("{\"kind\":\"other\"}",
        "its fields fit no topic or several; add \"topic\": one of company-changes, job-postings, filings, outcomes")]
    [InlineData("{\"topic\":\"events\"}", "topic is \"events\"; allowed: company-changes, job-postings, filings, outcomes")]
    public void BadLine_IsNamedAndNotSent(string line, string reason)
    {
        var row = Assert.Single(Rows.Of(new NdjsonFormat(), "\n\n" + line));
        Assert.Equal(3, row.Line);
        Assert.StartsWith(reason, row.Refusal);
    }
}
