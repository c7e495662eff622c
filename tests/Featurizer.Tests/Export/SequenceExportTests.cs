using System.Text.Json;
using Jianwei.Core.Contracts;
using Jianwei.Core.Features;
using Jianwei.Core.Text;
using Jianwei.Featurizer.State;
using Jianwei.Featurizer.Windows;
using Jianwei.Servers;
using Jianwei.Tokenizer.Documents;
using Jianwei.Tokenizer.Vocabularies;
using static Jianwei.Featurizer.Export.ExportLog;

namespace Jianwei.Featurizer.Export;

/// <summary>What an export holds beside its vectors: events, quarters and documents.</summary>
public sealed class SequenceExportTests : IDisposable
{
    private readonly string scratch = Directory.CreateTempSubdirectory("jianwei-export-").FullName;
    private readonly FeaturePlan plan = new(FeatureCatalogue.Load(Path.Combine(Repository.Root, "schemas/features/catalogue.json")));

    private string Folder => Path.Combine(scratch, "export");

    public void Dispose() => Directory.Delete(scratch, recursive: true);

    [Fact]
    public async Task EventsOfARow_AreThoseThatItsStateHasApplied()
    {
        var log = Random(7, 400);
        var export = await ExportAsync(log);
        var (company, type, observed, last) = (
            Read<int>("event_company", "<i4"), Read<byte>("event_type", "|u1"),
            Read<long>("event_observed", "<i8"), Read<long>("event_last", "<i8"));
        var names = File.ReadAllLines(Path.Combine(Folder, "companies.txt"));

        Assert.NotEmpty(export.Rows);
        foreach (var (i, row) in export.Rows.Index())
        {
            var expected = Applied(log.Where(e => e.CompanyId == row.Company && e.ObservedTime <= row.AsOf));
            var found = Enumerable.Range(0, (int)last[i] + 1).Where(e => names[company[e]] == row.Company).ToList();
            Assert.Equal(
                expected.Select(e => ((byte)e.Type, e.ObservedTime.ToUnixTimeSeconds())),
                found.Select(e => (type[e], observed[e])));
        }

        Assert.Equal(export.Manifest.GetProperty("sequences").GetProperty("events").GetInt64(), type.Length);
        Assert.Equal("outcome.closure", export.Manifest.GetProperty("event_types")[(int)EventType.OutcomeClosure].GetString());
    }

    [Theory]
    [InlineData("2021-01-11", 0)]
    [InlineData("2021-01-20", 0)] // day 10 of 40
    [InlineData("2021-01-21", 1)]
    [InlineData("2021-02-19", 3)] // day 40
    [InlineData("2021-02-20", -1)]
    public async Task Quarter_IsTheFourthOfTheHorizonInWhichTheFirstOutcomeWasObserved(string outcome, int quarter)
    {
        await ExportAsync(
            [
                Event("test:1", EventType.FilingLayOffNotice, "2021-01-10"),
                Event("test:1", EventType.OutcomeClosure, outcome),
                Event("test:1", EventType.OutcomeClosure, "2021-02-25"),
                Event("test:2", EventType.ChangeProfile, "2022-01-01"),
            ],
            ExportAt.Notice, 40);

        Assert.Equal([(sbyte)quarter], Read<sbyte>("event_quarter", "|i1"));
    }

    [Fact]
    public async Task Documents_AreTheTextsThatTheFeaturizerKeeps()
    {
        var random = new Random(8);
        var encoder = new DocumentEncoder(new(new(
            [
                .. Enumerable.Range(0, SpecialTokens.FirstPiece).Select(id => new VocabularyEntry(SpecialTokens.NameOf(id))),
                new("text", 900)
            ],
            unknownCost: 20_000)));
        var log = Random(8, 300).ConvertAll(e => e with
        {
            Text = random.Next(3) == 0
                ? new((TextSegment)random.Next(3), $"{random.Next(5)}", random.Next(4) == 0 ? null : $"text {random.Next(9)}")
                : null,
        });
        var export = await ExportAsync(log, texts: encoder);
        var (document, start, ids, tags) = (
            Read<int>("document", "<i4"), Read<long>("doc_start", "<i8"), Read<ushort>("token_id", "<u2"), Read<byte>("token_tag", "|u1"));

        Assert.Contains(document, d => d >= 0);
        foreach (var (i, row) in export.Rows.Index())
        {
            var (state, text) = (new CompanyState(), new CompanyText());
            foreach (var (offset, e) in log.Where(e => e.CompanyId == row.Company && e.ObservedTime <= row.AsOf).Index())
            {
                StateLog.Apply(e, 0, offset, state, text);
            }

            var expected = encoder.Encode(text);
            var span = document[i] < 0 ? default : (int)start[document[i]]..(int)start[document[i] + 1];
            Assert.Equal(expected.Ids, ids[span]);
            Assert.Equal(expected.Tags, tags[span]);
        }

        Assert.Equal(document.Distinct().Count(d => d >= 0), start.Length - 1);
        Assert.Equal(encoder.Tokenizer.Hash, export.Manifest.GetProperty("tokenizer").GetProperty("hash").GetString());
    }

    [Fact]
    public async Task WithoutATokenizer_ThereAreNoDocuments()
    {
        var export = await ExportAsync(Random(9, 50));

        Assert.Equal(JsonValueKind.Null, export.Manifest.GetProperty("tokenizer").ValueKind);
        Assert.False(File.Exists(Path.Combine(Folder, "document.npy")));
    }

    private static List<CompanyEvent> Applied(IEnumerable<CompanyEvent> log)
    {
        var (state, offset) = (new CompanyState(), 0L);
        return [.. log.Where(e => state.Apply(e, 0, offset++) == State.Applied.Yes)];
    }

    private T[] Read<T>(string name, string type)
        where T : unmanaged => ExportReading.Npy<T>(Folder, $"{name}.npy", type).Values;

    private async Task<ExportReading> ExportAsync(
        List<CompanyEvent> log, ExportAt at = ExportAt.Monthly, int horizon = 365, DocumentEncoder? texts = null)
    {
        await new TrainingExport(plan, new(Folder, "outcome.closure", horizon, at, "made up", texts))
            .WriteAsync(Stream(log), null, TestContext.Current.CancellationToken);
        return ExportReading.Of(Folder);
    }
}
