using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Jianwei.App.Hosting;
using Jianwei.Core.Contracts;
using Jianwei.Core.Kafka;
using Jianwei.Featurizer;
using Jianwei.Featurizer.State;
using Jianwei.Featurizer.Store;
using Jianwei.Core.Text;
using Jianwei.Featurizer.Windows;
using Spectre.Console;

namespace Jianwei.App.Verbs;

/// <summary><c>jianwei state COMPANY</c>: what is known of a company now.</summary>
internal static class StateVerb
{
    private const int RecentEvents = 20;

    public static Command Create()
    {
        var company = new Argument<string>("company") { Description = "Canonical company id, e.g. US-CIK:56824." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var set = SettingOption.Create();
        var command = new Command("state", "Print a company's state, features and recent events, as Redis has them.")
        { company, json, set };
        command.SetAction(async (parsed, cancellation) =>
        {
            var builder = JianweiHost.Builder(SettingOption.Read(parsed, set), LogLevel.Warning);
            builder.Services.AddFeatures();
            await using var app = builder.Build();
            var kafka = app.Services.GetRequiredService<KafkaClients>();
            var id = parsed.GetValue(company)!;
            var found = await app.Services.GetRequiredService<StateStore>()
                .FindAsync(id, kafka.PartitionCount(kafka.Topics.Events), cancellation);
            if (found is not { } stored)
            {
                await Console.Error.WriteLineAsync(
                    $"jianwei: Redis has no state of company '{id}'; ids look like US-CIK:56824 or CN-USCC:91310000MA1FL5KQ7X");
                return 1;
            }

            var view = View(id, stored.State, stored.Text, app.Services.GetRequiredService<FeaturePlan>());
            if (parsed.GetValue(json))
            {
                Console.WriteLine(JsonSerializer.Serialize(view, JsonOut.Compact));
            }
            else
            {
                Print(view);
            }

            return 0;
        });
        return command;
    }

    private static StateView View(string id, byte[] bytes, byte[]? textBytes, FeaturePlan plan)
    {
        var state = StateCodec.Decode(bytes);
        var vector = new float[plan.Catalogue.Count];
        new FeatureReader(plan).Read(state, vector);
        var text = textBytes is null ? new() : CompanyText.Decode(textBytes);
        var events = new List<EventView>();
        for (var i = state.Records.Length - 1; i >= 0 && events.Count < RecentEvents; i--)
        {
            var r = state.Records[i];
            events.Add(new(
                r.Type, Days.TimeOf(r.EventTime), Days.TimeOf(r.ObservedTime), float.IsNaN(r.Amount) ? null : r.Amount,
                r.Id.ToString("x10", CultureInfo.InvariantCulture)));
        }

        return new(id, state.Version, state.Partition, state.Offset, Days.TimeOf(state.StreamTime), bytes.Length, textBytes?.Length ?? 0,
            state.Records.Length, state.DayCells.Length, state.LifetimeCells.Length, plan.Catalogue.Hash,
            [.. plan.Catalogue.Features.Select((f, i) => new FeatureView(f.Name, f.Group, vector[i]))], events,
            [.. text.Entries.Where(t => t.Content is not null)
                .Select(t => new TextView(t.Segment, t.Key, Days.TimeOf(t.EventTime), t.Content!))]);
    }

    private static void Print(StateView view)
    {
        AnsiConsole.MarkupLineInterpolated(
            $"[bold]{view.Company}[/] as of {view.AsOf:yyyy-MM-dd HH:mm:ss}Z: version {view.Version}, events[[{view.Partition}]] offset {view.Offset}, {view.StateBytes} bytes");
        var features = new Table().Border(TableBorder.Simple).AddColumns("group", "feature", "value");
        foreach (var f in view.Features.Where(f => f.Value != 0))
        {
            features.AddRow(Markup.Escape(f.Group), Markup.Escape(f.Name), f.Value.ToString("0.####", CultureInfo.InvariantCulture));
        }

        AnsiConsole.Write(features.Title($"features that are not 0 (catalogue {view.Catalogue})"));
        var events = new Table().Border(TableBorder.Simple).AddColumns("event time", "observed", "type", "amount");
        foreach (var e in view.Events)
        {
            events.AddRow(
                $"{e.EventTime:yyyy-MM-dd HH:mm}", $"{e.ObservedTime:yyyy-MM-dd HH:mm}",
                EventTypes.Name(e.Type), e.Amount?.ToString("N0", CultureInfo.InvariantCulture) ?? "");
        }

        AnsiConsole.Write(events.Title(
            $"newest of {view.Records} events kept ({view.DayCells} daily and {view.LifetimeCells} lifetime cells besides)"));
        foreach (var t in view.Texts)
        {
            AnsiConsole.MarkupLineInterpolated($"[grey]{t.Segment} {t.Key} {t.EventTime:yyyy-MM-dd}[/] {t.Content}");
        }
    }

    private sealed record StateView(
        string Company, long Version, int Partition, long Offset, DateTimeOffset AsOf,
        int StateBytes, int TextBytes, int Records, int DayCells, int LifetimeCells,
        string Catalogue, IReadOnlyList<FeatureView> Features, IReadOnlyList<EventView> Events, IReadOnlyList<TextView> Texts);

    private sealed record FeatureView(string Name, string Group, float Value);

    private sealed record EventView(EventType Type, DateTimeOffset EventTime, DateTimeOffset ObservedTime, float? Amount, string Id);

    private sealed record TextView(TextSegment Segment, string Key, DateTimeOffset EventTime, string Content);
}
