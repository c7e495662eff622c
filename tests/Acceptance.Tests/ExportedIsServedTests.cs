using Jianwei.Acceptance.Harness;
using Jianwei.Core.Contracts;
using Jianwei.Featurizer.Export;
using Jianwei.Scorer.Inference;
using Jianwei.Scorer.Packages;
using Jianwei.Scorer.Texts;
using Jianwei.Servers;
using Jianwei.Tokenizer.Documents;

namespace Jianwei.Acceptance;

/// <summary>
/// A simulated world goes through the stages with the shipped fused model, and its log is exported: what training reads is
/// what was served.
/// </summary>
public sealed class ExportedIsServedTests : IDisposable
{
    private const string Model = "sim-default";
    private readonly string scratch = Directory.CreateTempSubdirectory("jianwei-served-").FullName;

    public void Dispose() => Directory.Delete(scratch, recursive: true);

    [Fact]
    public async Task FusedModel_ScoresExportedRowsAsItHasServedThem()
    {
        var place = Path.Combine(
            Repository.Root, "models", Model, File.ReadAllText(Path.Combine(Repository.Root, "models", Model, "CURRENT")).Trim());
        await using var installation = await Installation.CreateAsync();
        installation.Environment["JIANWEI_Scorer__Model"] = Model;
        await using var program = installation.Run("ingest", "featurizer", "scorer");
        var (world, folder) = (Path.Combine(scratch, "world"), Path.Combine(scratch, "export"));
        await installation.DoAsync("simulate", "--companies", "300", "--years", "1", "--seed", "11", "--out", world);
        await installation.DoAsync(
            "replay", $"ndjson:{Path.Combine(world, "events.ndjson")}", "--stages", "ingest,featurizer,scorer", "--drain", "--json");
        await installation.DoAsync("export", "--at", "notice", "--tokenizer", Path.Combine(place, "tokenizer.json"), "--out", folder);

        var served = installation.Read(installation.Kafka.Topics.Scores).Select(m => Wire.ReadScore(m.Message.Value))
            .Where(s => s.Event is { Type: EventType.FilingLayOffNotice or EventType.FilingClosureNotice })
            .ToLookup(s => (s.CompanyId, s.AsOf));
        using var package = ModelPackage.Load(place, null, InferenceDevice.Cpu());
        var (rows, documents) = (ExportReading.Of(folder).Rows, Documents(folder));
        var found = Offline(package, rows, documents);

        Assert.True(
            rows.Count >= 10 && documents.Count(d => d is not null) >= 10,
            $"{rows.Count} rows, {documents.Count(d => d is not null)} with texts");
        Assert.All(rows.Zip(documents, found), row =>
        {
            var (export, document, logOdds) = row;
            var scores = served[(export.Company, export.AsOf)].ToList();
            Assert.Contains(scores, s => s.LogOdds == logOdds && (s.TextHash is not null) == (document is not null));
            Assert.All(scores, s => Assert.StartsWith(Model + "/", s.Model, StringComparison.Ordinal));
        });
    }

    // What a reader of the export alone makes of its rows: features and tokens through the package's two graphs and its calibration.
    private static double[] Offline(ModelPackage package, IReadOnlyList<ExportedRow> rows, IReadOnlyList<TokenDocument?> documents)
    {
        var (features, texts) = (new FeatureMatrix(rows.Count, package.Manifest.FeatureCount), new TextInputs(package.TextEncoder!.Width));
        texts.EnsureCapacity(rows.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            rows[i].Features.CopyTo(features.Row(i));
            texts.Set(i, documents[i] is { } document ? package.TextEncoder.Encode([document])[0] : null);
        }

        using var runner = package.Session.NewRunner();
        var scale = new RiskScale(package.Manifest);
        return [.. runner.Run(features, 0, rows.Count, texts).ToArray().Select(logit => scale.Of(logit).LogOdds)];
    }

    private static IReadOnlyList<TokenDocument?> Documents(string folder)
    {
        var (document, start) = (
            ExportReading.Npy<int>(folder, "document.npy", "<i4").Values,
            ExportReading.Npy<long>(folder, "doc_start.npy", "<i8").Values);
        var (ids, tags) = (
            ExportReading.Npy<ushort>(folder, "token_id.npy", "<u2").Values,
            ExportReading.Npy<byte>(folder, "token_tag.npy", "|u1").Values);
        return [.. document.Select(d => d < 0
            ? (TokenDocument?)null
            : new(ids[(int)start[d]..(int)start[d + 1]], tags[(int)start[d]..(int)start[d + 1]]))];
    }
}
