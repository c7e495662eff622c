using System.Text.Json.Nodes;
using Jianwei.App.Demo;

namespace Jianwei.Acceptance;

/// <summary>What the demo says of an alert in few words.</summary>
public sealed class AlertTableTests
{
    private const string Legal = """{"kind": "group", "group": "legal", "value": 1.2, "share": 0.7}""";
    private const string Hiring = """{"kind": "group", "group": "hiring", "value": -0.4, "share": 0.2}""";
    private const string Filing = """{"kind": "text", "segment": "filing", "value": 0.1, "share": 0.1}""";
    private const string Cured = """{"kind": "outcome", "text": "cure reported on 2024-03-04", "value": 0, "share": 0}""";

    [Theory]
    [InlineData("0.1", 0.4, Legal + "," + Filing + "," + Hiring, "↑70 % legal, ↑10 % filing text")]
    [InlineData("0.1", 0.4, Hiring + "," + Legal, "↑70 % legal, but ↓20 % hiring")]
    [InlineData("0.4", 0.1, Legal + "," + Hiring, "↓20 % hiring, but ↑70 % legal")]
    [InlineData("null", 0.1, Hiring + "," + Legal, "↑70 % legal, but ↓20 % hiring")]
    [InlineData("0.4", 0.1, Cured, "cure reported on 2024-03-04")]
    [InlineData("0.1", 0.4, Cured, "cure reported on 2024-03-04")]
    [InlineData("0.1", 0.4, "", "legal, hiring")]
    public void Why_ReasonsThatGoTheWayOfTheShiftComeFirst(string before, double after, string reasons, string said)
    {
        var alert = JsonNode.Parse(FormattableString.Invariant($$"""
            {
              "before": {{(before == "null" ? "null" : $$"""{"probability": {{before}}}""")}}, "after": {"probability": {{after}}},
              "reasons": [{{reasons}}], "changes": {"groups": [{"group": "legal"}, {"group": "hiring"}, {"group": "people"}]}
            }
            """))!;

        Assert.Equal(said, AlertTable.Why(alert));
    }
}
