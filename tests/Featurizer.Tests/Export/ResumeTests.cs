using Jianwei.Core.Contracts;
using Jianwei.Core.Features;
using Jianwei.Core.Text;
using Jianwei.Featurizer.Windows;
using Jianwei.Servers;
using Jianwei.Tokenizer;
using Jianwei.Tokenizer.Documents;
using static Jianwei.Featurizer.Export.ExportLog;

namespace Jianwei.Featurizer.Export;

/// <summary>An export that is interrupted and goes on writes the bytes of one that is not.</summary>
public sealed class ResumeTests : IDisposable
{
    private readonly string scratch = Directory.CreateTempSubdirectory("jianwei-resume-").FullName;
    private readonly FeaturePlan plan = new(FeatureCatalogue.Load(Path.Combine(Repository.Root, "schemas/features/catalogue.json")));
    private readonly DocumentEncoder texts = new(SubwordTokenizer.Load(Path.Combine(Repository.Root, "models/tokenizer/2026.11.0")));

    private string Folder => Path.Combine(scratch, "export");

    private string Partial => Folder + ".partial";

    public void Dispose() => Directory.Delete(scratch, recursive: true);

    [Theory]
    [InlineData(ExportAt.Monthly, true, 50)]
    [InlineData(ExportAt.Monthly, true, 200)]
    [InlineData(ExportAt.Monthly, true, 430)] // one event before the end
    [InlineData(ExportAt.Monthly, false, 200)]
    [InlineData(ExportAt.Notice, true, 300)]
    public async Task InterruptedExport_GoesOnToTheSameBytes(ExportAt at, bool withTexts, int events)
    {
        var log = Log();
        await RunAsync(log, at, withTexts, Path.Combine(scratch, "whole"));
        await InterruptAsync(log, events, at, withTexts);

        var kept = await RunAsync(log, at, withTexts, Folder);

        Assert.InRange(kept, 1, long.MaxValue);
        Same("whole");
        Assert.False(Directory.Exists(Partial));
    }

    [Fact]
    public async Task ExportInterruptedAgainAndAgain_GoesOnToTheSameBytes()
    {
        var log = Log();
        await RunAsync(log, ExportAt.Monthly, true, Path.Combine(scratch, "whole"));
        foreach (var events in new[] { 100, 90, 250, 400 })
        {
            await InterruptAsync(log, events, ExportAt.Monthly, true);
        }

        Assert.InRange(await RunAsync(log, ExportAt.Monthly, true, Folder), 20, long.MaxValue);
        Same("whole");
    }

    [Fact]
    public async Task KeptRows_AreNotComputedAgain()
    {
        var log = Log();
        await InterruptAsync(log, 300, ExportAt.Monthly, true);
        foreach (var file in new[] { "features.npy", "token_id.npy" })
        {
            await using var stream = new FileStream(Path.Combine(Partial, file), FileMode.Open) { Position = 128 };
            stream.Write([1, 2, 3, 4]);
        }

        await RunAsync(log, ExportAt.Monthly, true, Folder);

        Assert.All(
            ["features.npy", "token_id.npy"],
            file => Assert.Equal([1, 2, 3, 4], File.ReadAllBytes(Path.Combine(Folder, file))[128..132]));
    }

    [Theory]
    [InlineData(5)] // an event that is missing
    [InlineData(-1)] // all that follows the interruption, and some of what was before it
    public async Task AnotherLog_IsRefusedAndTheNextRunBeginsAnew(int missing)
    {
        var log = Log();
        await InterruptAsync(log, 300, ExportAt.Monthly, true);
        List<CompanyEvent> other = [.. missing < 0 ? log.Take(100) : log.Where((_, i) => i != missing)];

        var refusal = await Assert.ThrowsAsync<InvalidDataException>(() => RunAsync(other, ExportAt.Monthly, true, Folder));

        Assert.Equal(
            $"{Partial} holds the beginning of an export of another log and is removed; run the same command again",
            refusal.Message);
        Assert.Equal(0, await RunAsync(other, ExportAt.Monthly, true, Folder));
        await RunAsync(other, ExportAt.Monthly, true, Path.Combine(scratch, "whole"));
        Same("whole");
    }

    [Fact]
    public async Task OtherSettings_BeginAnew()
    {
        var log = Log();
        await InterruptAsync(log, 300, ExportAt.Monthly, true);

        Assert.Equal(0, await RunAsync(log, ExportAt.Notice, true, Folder));
    }

    [Theory]
    [InlineData("features.npy")]
    [InlineData("token_tag.npy")]
    [InlineData("resume.json")]
    public async Task BrokenFileOfTheInterruptedExport_BeginsAnew(string file)
    {
        var log = Log();
        await RunAsync(log, ExportAt.Monthly, true, Path.Combine(scratch, "whole"));
        await InterruptAsync(log, 300, ExportAt.Monthly, true);
        await using (var stream = new FileStream(Path.Combine(Partial, file), FileMode.Open))
        {
            stream.SetLength(stream.Length / 4);
        }

        Assert.Equal(0, await RunAsync(log, ExportAt.Monthly, true, Folder));
        Same("whole");
    }

    [Fact]
    public async Task TwoExportsIntoOneFolder_AreRefused()
    {
        var log = Log();
        var refusal = await Assert.ThrowsAsync<IOException>(
            () => RunAsync(log, ExportAt.Monthly, false, Folder, () => RunAsync(log, ExportAt.Monthly, false, Folder)));

        Assert.StartsWith($"{Partial} is being written by another export", refusal.Message);
    }

    // Texts too: every third event says something.
    private static List<CompanyEvent> Log() =>
    [
        .. Random(11, 400).Select((e, i) => i % 3 != 0
            ? e
            : e with { Text = new(TextSegment.Filing, $"t{i % 7}", $"第{i % 40}号通知：裁员{i % 11}人，工厂停产。") }),
    ];

    private async Task InterruptAsync(List<CompanyEvent> log, int events, ExportAt at, bool withTexts)
    {
        await Assert.ThrowsAsync<OperationCanceledException>(
            () => RunAsync(log, at, withTexts, Folder, () => throw new OperationCanceledException(), events));
        Assert.True(Directory.Exists(Partial));
        Assert.False(Directory.Exists(Folder));
    }

    // Returns the rows that were kept. Something happens after some events.
    private async Task<long> RunAsync(
        List<CompanyEvent> log, ExportAt at, bool withTexts, string folder, Func<Task>? happens = null, int after = 100)
    {
        var (kept, stop) = (0L, TestContext.Current.CancellationToken);
        var settings = new ExportSettings(folder, "outcome.closure", 365, at, "made up", withTexts ? texts : null) { SaveEvery = 7 };
        await new TrainingExport(plan, settings).WriteAsync(Events(), new Inline(now => kept = now.Kept), stop);
        return kept;

        async IAsyncEnumerable<CompanyEvent> Events()
        {
            foreach (var (i, e) in log.Index())
            {
                if (i == after && happens is not null)
                {
                    await happens();
                }

                yield return e;
            }
        }
    }

    private void Same(string other)
    {
        string[] names =
            [.. Directory.GetFiles(Path.Combine(scratch, other)).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];
        Assert.Equal(names, Directory.GetFiles(Folder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
        Assert.All(
            names,
            name => Assert.Equal(File.ReadAllBytes(Path.Combine(scratch, other, name)), File.ReadAllBytes(Path.Combine(Folder, name))));
    }

    private sealed class Inline(Action<ExportProgress> report) : IProgress<ExportProgress>
    {
        public void Report(ExportProgress value) => report(value);
    }
}
