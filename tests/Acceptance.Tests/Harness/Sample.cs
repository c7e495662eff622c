using System.Text;
using System.Text.Json.Nodes;
using Jianwei.Ingest.Replay;
using Jianwei.Servers;

namespace Jianwei.Acceptance.Harness;

/// <summary>
/// The input that the tests share, and what an undisturbed run makes of it: the sample's filings. Its outcomes come in another
/// raw topic, and the order between topics is not promised when servers or processes come and go.
/// </summary>
internal static class Sample
{
    private static readonly Lazy<Task<Expected>> Shared = new(RunAsync);

    private static readonly List<ReplayRow> All =
        [.. ReplayFile.Open(ReplayFormats.Get("warn"), Path.Combine(Repository.Root, "samples", "warn-2000.csv"), CancellationToken.None)
            .Rows(CancellationToken.None)];

    private static readonly List<ReplayRow> Filings = [.. All.Where(r => r.Topic == "filings")];

    /// <summary>Messages of the whole file.</summary>
    public static int FileMessages => All.Count;

    /// <summary>As <c>replay</c> names it.</summary>
    public static string Source { get; } = $"ndjson:{Written()}";

    /// <summary>Messages in it.</summary>
    public static int Messages => Filings.Count;

    /// <summary>Its companies.</summary>
    public static IReadOnlyList<string> Companies { get; } = [.. Filings.Select(r => r.Key).Distinct()];

    /// <summary>Made once by one process that nothing happens to.</summary>
    public static Task<Expected> UndisturbedAsync() => Shared.Value;

    private static string Written()
    {
        var path = Path.Combine(Path.GetTempPath(), $"jianwei-filings-{Environment.ProcessId}.ndjson");
        File.WriteAllLines(path, Filings.Select(r => Encoding.UTF8.GetString(r.Value)[..^1] + ",\"topic\":\"filings\"}"));
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(path);
        return path;
    }

    private static async Task<Expected> RunAsync()
    {
        await using var installation = await Installation.CreateAsync();
        await using var program = installation.Run();
        await installation.SubscribeAsync(program, Companies);
        await installation.DoAsync("replay", Source, "--drain", "--json");
        var verified = await installation.VerifyAsync();
        var outcome = await Outcome.OfAsync(installation);
        Assert.Equal(0, await program.StopAsync());
        return new(outcome, verified);
    }

    /// <summary>What a run of the sample has to end with.</summary>
    public sealed record Expected(Outcome Outcome, JsonNode Verified)
    {
        public long Companies => Verified["companies"]!.GetValue<long>();
    }
}
