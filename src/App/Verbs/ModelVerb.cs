using System.CommandLine;
using System.Text.Json;
using Jianwei.App.Hosting;
using Jianwei.Core.Features;
using Jianwei.Featurizer;
using Jianwei.Scorer;
using Jianwei.Scorer.Packages;
using Spectre.Console;

namespace Jianwei.App.Verbs;

/// <summary><c>jianwei model list|verify|promote</c>: the packages under Models:Directory.</summary>
internal static class ModelVerb
{
    public static Command Create() => new("model", "List, verify and promote model packages (Models:Directory).")
    {
        List(),
        Verify(),
        Promote(),
    };

    private static Command List() => Build(
        "list",
        "List every package, which version of each name serves, and whether it is of the present feature catalogue. Verifies nothing.",
        null,
        (store, _, _) => All(store));

    private static Command Verify() => Build(
        "verify", "Load packages as a Scorer would: digests, catalogue, graph, golden inputs. Exit code 1 if any may not serve.",
        new Argument<string?>("model")
        {
            Description = "NAME/VERSION, or NAME for the version that serves; every package when left out.", Arity = ArgumentArity.ZeroOrOne
        },
        (store, contract, model) => model is null
            ? [.. All(store).Select(entry => entry.Problem is null ? store.Verify(ModelId.Parse(entry.Id), contract) : entry)]
            : [store.Verify(store.Resolve(model), contract)],
        "verified: digests, catalogue, graphs, golden inputs");

    private static Command Promote() => Build(
        "promote",
        "Verify a package and make it the one that its name serves. Running Scorers take it up within seconds, after a shadow run.",
        new Argument<string?>("model") { Description = "NAME/VERSION." },
        (store, contract, model) => [store.Promote(ModelId.Parse(model!), contract)],
        "verified; it is CURRENT, and running Scorers of that model take it up, in shadow first");

    private static IReadOnlyList<ModelEntry> All(ModelStore store) =>
        store.List() is [_, ..] found ? found : throw new ModelRefusedException($"there is no package in {store.Root} (Models:Directory)");

    private static Command Build(
        string name, string description, Argument<string?>? model,
        Func<ModelStore, FeatureContract, string?, IReadOnlyList<ModelEntry>> act, string? done = null)
    {
        var json = new Option<bool>("--json") { Description = "Print one JSON line." };
        var set = SettingOption.Create();
        var command = new Command(name, description) { json, set };
        if (model is not null)
        {
            command.Arguments.Add(model);
        }

        command.SetAction(parsed =>
        {
            var builder = JianweiHost.Builder(SettingOption.Read(parsed, set), LogLevel.Warning);
            builder.Services.AddFeatures().AddModelStore();
            using IHost app = builder.Build();
            var catalogue = app.Services.GetRequiredService<FeatureCatalogue>();
            var contract = new FeatureContract(catalogue.Hash, catalogue.Count);
            try
            {
                var entries = act(app.Services.GetRequiredService<ModelStore>(), contract, model is null ? null : parsed.GetValue(model));
                Print(entries, contract, parsed.GetValue(json));
                if (entries.Any(entry => entry.Problem is not null))
                {
                    return 1;
                }

                if (done is not null && !parsed.GetValue(json))
                {
                    Console.WriteLine(done);
                }

                return 0;
            }
            catch (ModelRefusedException e)
            {
                Console.Error.WriteLine($"jianwei: {e.Message}");
                return 1;
            }
        });
        return command;
    }

    private static void Print(IReadOnlyList<ModelEntry> entries, FeatureContract contract, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(entries.Select(entry => View.Of(entry, contract)), JsonOut.Compact));
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("model").NoWrap())
            .AddColumns("current", "catalogue", "says the probability of", "problem");
        foreach (var entry in entries)
        {
            var view = View.Of(entry, contract);
            table.AddRow(
                Markup.Escape(view.Model), view.Current ? "yes" : "", view.FitsCatalogue ? "present" : "another",
                Markup.Escape(entry.Manifest?.Predicts() ?? ""), Markup.Escape(view.Problem ?? ""));
        }

        AnsiConsole.Write(table);
    }

    private sealed record View(
        string Model, bool Current, bool FitsCatalogue, string? Target, int? HorizonDays, int? FeatureCount,
        string? Catalogue, JsonElement? Training, string? Problem)
    {
        public static View Of(ModelEntry entry, FeatureContract contract) => new(
            entry.Id, entry.IsCurrent,
            entry.Manifest?.Catalogue == contract.Catalogue && entry.Manifest.FeatureCount == contract.FeatureCount,
            entry.Manifest?.Target, entry.Manifest?.HorizonDays, entry.Manifest?.FeatureCount,
            entry.Manifest?.Catalogue, entry.Manifest?.Training, entry.Problem);
    }
}
