using System.Security.Cryptography;
using System.Text;
using Jianwei.Core.Contracts.Raw;
using Jianwei.Ingest.Normalisation;
using Jianwei.Ingest.Replay;
using Jianwei.Simulator.Text;

namespace Jianwei.Simulator;

public sealed class SimulationTests : IDisposable
{
    private readonly string folder = Path.Combine(Path.GetTempPath(), "jianwei-simulation-" + Guid.NewGuid().ToString("N")[..8]);

    [Theory]
    [InlineData(Language.Chinese)]
    [InlineData(Language.English)]
    public void Events_AreValidNormalAndInOrder(Language language)
    {
        var manifest = Run("events", new() { Folder = "", Companies = 160, Years = 2, Seed = 3, Language = language, World = Busy });

        using var reader = new StreamReader(In("events", manifest.EventFile));
        var (latest, count, topics) = (DateTimeOffset.MinValue, 0, new HashSet<string>());
        foreach (var row in new NdjsonFormat().Read(reader))
        {
            Assert.True(row.Refusal is null, row.Refusal);
            var (message, problems) = RawValidators.For(row.Topic)!.Validate(row.Value);
            Assert.True(message is not null, $"{Problem.Sentence(problems)} in {Encoding.UTF8.GetString(row.Value)}");
            var found = new List<Problem>();
            Assert.True(
                NormalEnvelope.Of(message, found) is not null,
                $"{Problem.Sentence(found)} in {Encoding.UTF8.GetString(row.Value)}");
            Assert.True(row.Observed >= latest && row.Observed < manifest.End);
            latest = row.Observed!.Value;
            topics.Add(row.Topic);
            count++;
        }

        Assert.Equal(manifest.Events, count);
        Assert.Equal(4, topics.Count);
    }

    [Theory]
    [InlineData("thesis.txt")]
    [InlineData("manifest.json")]      // an export and a model have one, too
    public void FolderOfSomethingElse_IsNotReplaced(string file)
    {
        var place = Path.Combine(folder, "other");
        Directory.CreateDirectory(place);
        File.WriteAllText(In("other", file), "two years of work");

        var e = Assert.Throws<IOException>(() => Run("other", new() { Folder = "", Companies = 10, Years = 1, Seed = 1 }));

        Assert.Equal(
            $"{place} holds files but no manifest.json with events.ndjson, so it is not a simulation and is not replaced; choose another folder",
            e.Message);
        Assert.Equal("two years of work", File.ReadAllText(In("other", file)));
    }

    [Fact]
    public void Events_ByATime_AreTheSame_WhateverComesLater()
    {
        var shorter = Run("shorter", new() { Folder = "", Companies = 320, Years = 1, Seed = 4, World = Busy });
        Run("longer", new() { Folder = "", Companies = 320, Years = 2, Seed = 4, World = Busy });

        var first = File.ReadAllLines(In("shorter", "events.ndjson"));
        var longer = File.ReadLines(In("longer", "events.ndjson")).Take(first.Length + 1).ToList();

        Assert.Equal(first, longer.Take(first.Length));
        Assert.True(RawTime.TryParse(RawObserved(longer[^1]), out var next) && next >= shorter.End);
    }

    [Fact]
    public void Files_AreTheSame_ForAnyNumberOfThreads()
    {
        var options = new SimulationOptions { Folder = "", Companies = 640, Years = 1, Seed = 5, Truth = true, CheckPaths = 50 };
        Run("one", options with { Threads = 1 });
        Run("four", options with { Threads = 4 });

        foreach (var file in new[] { "events.ndjson", "truth/rows.npy", "truth/companies.csv", "truth/outcomes.csv", "manifest.json" })
        {
            Assert.Equal(Digest("one", file), Digest("four", file));
        }
    }

    [Fact]
    public void Language_ChangesWords_AndNothingElse()
    {
        Run("zh", new() { Folder = "", Companies = 100, Years = 1, Seed = 6 });
        Run("en", new() { Folder = "", Companies = 100, Years = 1, Seed = 6, Language = Language.English });

        var (zh, en) = (Ids("zh"), Ids("en"));

        Assert.Equal(zh.Where(IsHappening), en.Where(IsHappening));

        // Followers of an event (updates, closings, repeats) are drawn with its words.
        static bool IsHappening(string id) => !id.Contains("-update", StringComparison.Ordinal)
            && !id.Contains("-close", StringComparison.Ordinal)
            && !id.Contains("-corrected", StringComparison.Ordinal)
            && !id.Contains("-bulk", StringComparison.Ordinal)
            && !id.Contains("-related", StringComparison.Ordinal);
    }

    [Fact]
    public void World_HasDuplicatesCorrectionsBulkEditsAndLateEvents()
    {
        Run("busy", new() { Folder = "", Companies = 400, Years = 2, Seed = 7, World = Busy });
        var lines = File.ReadAllLines(In("busy", "events.ndjson"));
        var ids = lines.Select(Id).ToList();

        Assert.True(ids.Count > ids.Distinct().Count());
        Assert.Contains(ids, id => id.EndsWith("-corrected", StringComparison.Ordinal));
        Assert.Contains(ids, id => id.EndsWith("-bulk", StringComparison.Ordinal));
        Assert.Contains(ids, id => id.EndsWith("-default", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("related_party_default", StringComparison.Ordinal));
    }

    [Fact]
    public void Rows_AreWhatTheManifestSays()
    {
        var manifest = Run("truth", new()
        {
            Folder = "", Companies = 500, Years = 1, Seed = 8, Truth = true, CheckPaths = 50, World = new() { AnnualDefaultRate = 0.05 }
        });
        var bytes = File.ReadAllBytes(In("truth", "truth/rows.npy"));
        var header = Encoding.ASCII.GetString(bytes, 10, BitConverter.ToUInt16(bytes, 8));

        Assert.Contains($"'shape': ({manifest.Truth!.Rows},)", header, StringComparison.Ordinal);
        Assert.Equal(0, (header.Length + 10) % 64);
        Assert.Equal(10 + header.Length + (34 * manifest.Truth.Rows), bytes.Length);
        Assert.True(manifest.Truth.Positive > 0);
        Assert.Equal(manifest.Truth.Rows, manifest.Truth.Censored);
    }

    [Fact]
    public void Cancelled_LeavesNothing()
    {
        var simulation = new Simulation(new() { Folder = In("cancelled", ""), Companies = 10_000 });

        Assert.ThrowsAny<OperationCanceledException>(() => simulation.Run(new CancellationToken(canceled: true)));

        Assert.False(Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any());
    }

    [Fact]
    public void Folder_WithOtherFiles_IsNotReplaced()
    {
        Directory.CreateDirectory(In("mine", ""));
        File.WriteAllText(In("mine", "notes.txt"), "keep");

        var error = Assert.Throws<IOException>(() => Run("mine", new() { Folder = "", Companies = 10, Years = 1 }));

        Assert.Contains("choose another folder", error.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(In("mine", "notes.txt")));
    }

    public void Dispose()
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static World.WorldOptions Busy => new()
    {
        AnnualDefaultRate = 0.08, BulkEditsAYear = 12, OutagesAYear = 6, DuplicateShare = 0.1, CorrectionShare = 0.4
    };

    private SimulationManifest Run(string name, SimulationOptions options) =>
        new Simulation(options with { Folder = In(name, "") }).Run(default);

    private string In(string name, string file) => Path.Combine(folder, name, file);

    private string Digest(string name, string file) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(In(name, file))));

    private List<string> Ids(string name) =>
        [.. File.ReadLines(In(name, "events.ndjson")).Select(Id).Distinct().Order(StringComparer.Ordinal)];

    private static string Id(string line) => Field(line, "\"source_event_id\":\"");

    private static string RawObserved(string line) => Field(line, "\"observed_time\":\"");

    private static string Field(string line, string name)
    {
        var at = line.IndexOf(name, StringComparison.Ordinal) + name.Length;
        return line[at..line.IndexOf('"', at)];
    }
}
