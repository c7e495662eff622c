using System.Globalization;
using System.Text.Json.Nodes;
using Jianwei.Alerts.Raising;
using Jianwei.Core.Text;
using Spectre.Console;

namespace Jianwei.App.Demo;

/// <summary>Alerts of the API as a table.</summary>
internal static class AlertTable
{
    public static Table Of(IReadOnlyList<JsonNode> alerts, string title)
    {
        var table = new Table().Border(TableBorder.Simple).Title(title)
            .AddColumns("as of", "company", "shift", "before", "after", "because of", "newest event");
        foreach (var alert in alerts)
        {
            table.AddRow(
                Cell(Text(alert["as_of"])[..10]),
                Cell(Text(alert["company"]?["name"], Text(alert["company"]?["id"]))),
                Cell(Text(alert["rule"])),
                Cell(Score(alert["before"])),
                Cell(Score(alert["after"])),
                Cell(Why(alert)),
                Cell(Text((alert["events"] as JsonArray)?.FirstOrDefault()?["summary"])));
        }

        return table;
    }

    // In few words: the largest reason that goes the way of the shift and the largest other, with their shares, or else what moved.
    internal static string Why(JsonNode alert)
    {
        var rising = alert["before"]?["probability"] is not { } before
            || alert["after"]!["probability"]!.GetValue<double>() >= before.GetValue<double>();
        var found = (alert["reasons"] as JsonArray ?? []).OfType<JsonNode>().ToList();
        var first = found.Find(r => Along(r, rising));
        var reasons = new[] { first, found.Find(r => r != first) }.OfType<JsonNode>()
            .Select(r => (Along(r, rising) ? "" : "but ") + Share(r)).ToList();
        var groups = (alert["changes"]?["groups"] as JsonArray ?? []).Take(2).Select(g => Text(g?["group"]));
        return string.Join(", ", reasons.Count > 0 ? reasons : groups);
    }

    // An outcome has no direction: it is why the alert was raised.
    private static bool Along(JsonNode reason, bool rising) =>
        Text(reason["kind"]) == Reason.OutcomeKind || reason["value"]!.GetValue<double>() >= 0 == rising;

    private static string Share(JsonNode reason)
    {
        if (Text(reason["kind"]) == Reason.OutcomeKind)
        {
            return Text(reason["text"]);
        }

        var what = Text(reason["group"], $"{Text(reason["segment"], "older")} text");
        var direction = reason["value"]!.GetValue<double>() < 0 ? '↓' : '↑';
        return string.Create(CultureInfo.InvariantCulture, $"{direction}{reason["share"]!.GetValue<double>():0 %} {what}");
    }

    private static string Score(JsonNode? score) => score is null ? "none"
        : string.Create(CultureInfo.InvariantCulture, $"{Text(score["band"])} {score["probability"]!.GetValue<double>():P1}");

    private static string Text(JsonNode? node, string otherwise = "") => node?.ToString() ?? otherwise;

    private static Markup Cell(string text) => new(Markup.Escape(CleanText.Cut(text.ReplaceLineEndings(" "), 48)));
}
