using System.Diagnostics;
using System.Runtime.InteropServices;
using Jianwei.Core.Contracts;
using Jianwei.Core.Features;
using Jianwei.Featurizer.State;
using Jianwei.Featurizer.Windows;
using Jianwei.Servers;
using static Jianwei.Featurizer.Export.ExportLog;

namespace Jianwei.Featurizer.Export;

public sealed class TrainingExportTests : IDisposable
{
    private readonly string scratch = Directory.CreateTempSubdirectory("jianwei-export-").FullName;
    private readonly FeaturePlan plan = new(FeatureCatalogue.Load(Path.Combine(Repository.Root, "schemas/features/catalogue.json")));

    private string Folder => Path.Combine(scratch, "export");

    public void Dispose() => Directory.Delete(scratch, recursive: true);

    [Theory]
    [InlineData(ExportAt.Monthly, 1)]
    [InlineData(ExportAt.Monthly, 2)]
    [InlineData(ExportAt.Notice, 3)]
    [InlineData(ExportAt.Notice, 4)]
    public async Task ExportedRow_EqualsWhatServingComputes(ExportAt at, int seed)
    {
        var log = Random(seed, 400);
        var rows = (await ExportAsync(log, at)).Rows;

        Assert.NotEmpty(rows);
        var expected = at == ExportAt.Monthly ? rows.Select(r => ServedAt(log, r.Company, r.AsOf)).ToList() : ServedAtNotices(log);
        Assert.Equal(expected.Count, rows.Count);
        Assert.All(rows.Zip(expected), pair => Assert.Equal(pair.Second, pair.First.Features));
    }

    [Theory]
    [InlineData(ExportAt.Monthly)]
    [InlineData(ExportAt.Notice)]
    public async Task ExportedRow_DoesNotDependOnWhatIsObservedLater(ExportAt at)
    {
        var log = Random(5, 400);
        var whole = (await ExportAsync(log, at)).Rows;
        foreach (var cut in new[] { "2020-07-01", "2021-03-17", "2022-02-01" }.Select(Day))
        {
            var known = (await ExportAsync([.. log.Where(e => e.ObservedTime <= cut)], at)).Rows;

            var end = log.Where(e => e.ObservedTime <= cut).Max(e => e.ObservedTime);
            var before = whole.Where(r => r.AsOf <= end).ToList();
            Assert.Equal(before.Count, known.Count);
            var found = known.ToLookup(r => (r.Company, r.AsOf));
            Assert.All(
                before,
                row => Assert.Contains(found[(row.Company, row.AsOf)], r => r.Features.AsSpan().SequenceEqual(row.Features)));
        }
    }

    [Theory]
    [InlineData("2021-01-10", 0)] // as-of itself: the row has seen it
    [InlineData("2021-01-11", 1)]
    [InlineData("2021-02-09", 1)] // the last day of 30
    [InlineData("2021-02-10", 0)]
    public async Task Label_IsPositiveForAnOutcomeObservedAfterAsOfAndWithinTheHorizon(string outcome, int label)
    {
        var row = Assert.Single((await ExportAsync(
            [
                Event("test:1", EventType.FilingLayOffNotice, "2021-01-10"),
                Event("test:1", EventType.OutcomeClosure, outcome),
                Event("test:2", EventType.ChangeProfile, "2022-01-01"),
            ],
            ExportAt.Notice, 30)).Rows);

        Assert.Equal((label, false), (row.Label, row.Censored));
    }

    [Fact]
    public async Task Label_IgnoresOtherOutcomesAndOtherCompanies()
    {
        var export = await ExportAsync(
            [
                Event("test:1", EventType.FilingLayOffNotice, "2021-01-10"),
                Event("test:1", EventType.OutcomeExit, "2021-01-20"),
                Event("test:2", EventType.OutcomeClosure, "2021-01-20"),
                Event("test:2", EventType.ChangeProfile, "2022-01-01"),
            ],
            ExportAt.Notice, 30);

        Assert.Equal(0, Assert.Single(export.Rows).Label);
        Assert.Equal(0, export.Manifest.GetProperty("positive").GetInt64());
    }

    [Fact]
    public async Task Row_IsCensoredWhenItsHorizonEndsAfterTheData()
    {
        var export = await ExportAsync(
            [
                Event("test:1", EventType.FilingLayOffNotice, "2021-01-10", amount: 1),
                Event("test:1", EventType.FilingLayOffNotice, "2021-01-11", amount: 2),
                Event("test:1", EventType.OutcomeClosure, "2021-01-21"),
                Event("test:2", EventType.ChangeProfile, "2021-02-09"),
            ],
            ExportAt.Notice, 30);

        Assert.Equal([(1, false), (1, true)], export.Rows.Select(r => ((int)r.Label, r.Censored)));
        Assert.Equal((1, 1), (export.Manifest.GetProperty("positive").GetInt64(), export.Manifest.GetProperty("censored").GetInt64()));
    }

    [Fact]
    public async Task Months_StartWhenACompanyIsKnownAndStopWhileItHasEnded()
    {
        var rows = (await ExportAsync(
            [
                Event("test:1", EventType.ChangeProfile, "2021-01-01"),
                Event("test:2", EventType.ChangeProfile, "2021-01-02"),
                Event("test:1", EventType.OutcomeClosure, "2021-03-01"),
                Event("test:1", EventType.OutcomeCured, "2021-05-15"),
                Event("test:2", EventType.ChangeProfile, "2021-06-01"),
            ],
            ExportAt.Monthly)).Rows;

        Assert.Equal(
            ["2021-01-01", "2021-02-01", "2021-06-01"],
            rows.Where(r => r.Company == "test:1").Select(r => $"{r.AsOf:yyyy-MM-dd}"));
        Assert.Equal(
            ["2021-02-01", "2021-03-01", "2021-04-01", "2021-05-01", "2021-06-01"],
            rows.Where(r => r.Company == "test:2").Select(r => $"{r.AsOf:yyyy-MM-dd}"));
    }

    [Fact]
    public async Task Manifest_DescribesTheColumnsAndTheTime()
    {
        var manifest = (await ExportAsync(Random(1, 100), ExportAt.Monthly)).Manifest;

        Assert.Equal(plan.Catalogue.Hash, manifest.GetProperty("catalogue").GetString());
        Assert.Equal(
            plan.Catalogue.Features.Select(f => f.Name),
            manifest.GetProperty("features").EnumerateArray().Select(f => f.GetProperty("name").GetString()));
        Assert.Equal(("monthly", "outcome.closure", "made up"), (Text("at"), Text("target"), Text("source")));
        Assert.StartsWith("2020-01", Text("first_as_of"));

        string? Text(string field) => manifest.GetProperty(field).GetString();
    }

    [Fact]
    public async Task InterruptedExport_LeavesThePreviousOne()
    {
        await ExportAsync(Random(1, 100), ExportAt.Monthly);
        var before = File.ReadAllBytes(Path.Combine(Folder, "manifest.json"));

        await Assert.ThrowsAsync<IOException>(
            () => Exporter(ExportAt.Monthly, 365).WriteAsync(Failing(), null, TestContext.Current.CancellationToken));

        Assert.Equal(before, File.ReadAllBytes(Path.Combine(Folder, "manifest.json")));
        Assert.Equal([Folder], Directory.GetDirectories(scratch));

        static async IAsyncEnumerable<CompanyEvent> Failing()
        {
            yield return Event("test:1", EventType.ChangeProfile, "2021-01-01");
            await Task.CompletedTask;
            throw new IOException("the source is gone");
        }
    }

    [Fact]
    public async Task FolderOfSomethingElse_IsNotReplaced()
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, "thesis.txt"), "two years of work");

        var e = await Assert.ThrowsAsync<IOException>(() => ExportAsync(Random(1, 10), ExportAt.Monthly));

        Assert.Equal(
            $"{Folder} holds files but no manifest.json, so it is not an export and is not replaced; choose another folder",
            e.Message);
        Assert.True(File.Exists(Path.Combine(Folder, "thesis.txt")));
    }

    [Fact]
    public async Task FolderOfASimulationOrAModel_IsNotReplaced()
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, "manifest.json"), "{}");
        File.WriteAllText(Path.Combine(Folder, "events.ndjson"), "the only copy");

        var e = await Assert.ThrowsAsync<IOException>(() => ExportAsync(Random(1, 10), ExportAt.Monthly));

        Assert.Equal(
            $"{Folder} holds files but no features.npy, so it is not an export and is not replaced; choose another folder",
            e.Message);
        Assert.Equal("the only copy", File.ReadAllText(Path.Combine(Folder, "events.ndjson")));
    }

    [Theory]
    [InlineData("closure", 365, "'closure' names no event type; allowed: *, change.*")]
    [InlineData("outcome.closure", 0, "horizon 0: allowed are 1 to 3650 days")]
    public void WrongSetting_IsRefusedWithWhatIsAllowed(string target, int horizon, string message)
    {
        var e = Assert.Throws<FormatException>(() => new TrainingExport(plan, new(Folder, target, horizon, ExportAt.Monthly, "made up")));

        Assert.StartsWith(message, e.Message);
    }

    [Fact]
    public async Task Export_IsReadByTraining()
    {
        await ExportAsync(Random(2, 300), ExportAt.Monthly);
        using var python = Process.Start(
            new ProcessStartInfo("/usr/bin/python3", [Path.Combine(Repository.Root, "training/dataset.py"), Folder])
            {
                RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
        var error = python.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await python.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await python.WaitForExitAsync(TestContext.Current.CancellationToken);
        if ((await error).Contains("No module named", StringComparison.Ordinal))
        {
            Require.Unavailable("Debian's python3-numpy is missing");
        }

        Assert.Equal(("", 0), (await error, python.ExitCode));
        Assert.StartsWith($"made up: outcome.closure within 365 days, monthly, catalogue {plan.Catalogue.Hash}\n", output);
        Assert.Equal(2 + plan.Catalogue.Count, output.TrimEnd().Split('\n').Length);
    }

    private TrainingExport Exporter(ExportAt at, int horizon) => new(plan, new(Folder, "outcome.closure", horizon, at, "made up"));

    private async Task<ExportReading> ExportAsync(IReadOnlyList<CompanyEvent> log, ExportAt at, int horizon = 365)
    {
        await Exporter(at, horizon).WriteAsync(Stream(log), null, TestContext.Current.CancellationToken);
        return ExportReading.Of(Folder);
    }

    // A state of its own that gets what was observed by then, and the sweeper's tick.
    private float[] ServedAt(IEnumerable<CompanyEvent> log, string company, DateTimeOffset at)
    {
        var known = log.Where(e => e.CompanyId == company && e.ObservedTime <= at).ToList();
        var state = new CompanyState();
        var offset = 0L;
        known.ForEach(e => state.Apply(e, 3, offset++));
        var tick = known[^1] with { Type = EventType.Tick, ObservedTime = at };
        state.Apply(tick, 3, offset);
        return VectorOf(Wire.ReadScoreRequest(new RequestWriter(plan).Write(tick, state)));
    }

    // The requests that the handler sends for notices, in the order of the log.
    private List<float[]> ServedAtNotices(IEnumerable<CompanyEvent> log)
    {
        var states = new Dictionary<string, CompanyState>();
        var requests = new RequestWriter(plan);
        var offset = 0L;
        var vectors = new List<float[]>();
        foreach (var e in log)
        {
            var state = CollectionsMarshal.GetValueRefOrAddDefault(states, e.CompanyId, out _) ??= new();
            if (state.Apply(e, 3, offset++) == Applied.Yes && EventTypes.Name(e.Type) is "filing.lay_off_notice" or "filing.closure_notice")
            {
                vectors.Add(VectorOf(Wire.ReadScoreRequest(requests.Write(e, state))));
            }
        }

        return vectors;
    }

    private static float[] VectorOf(ScoreRequest request) => MemoryMarshal.Cast<byte, float>(request.Features).ToArray();
}
