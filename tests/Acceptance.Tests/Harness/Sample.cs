using System.Text.Json.Nodes;
using Jianwei.Ingest.Replay;
using Jianwei.Servers;

namespace Jianwei.Acceptance.Harness;

/// <summary>The input that the tests share, and what an undisturbed run makes of it.</summary>
internal static class Sample
{
    private static readonly Lazy<Task<Expected>> Shared = new(RunAsync);

    /// <summary>As <c>replay</c> names it.</summary>
    public static string Source { get; } = $"warn:{Path.Combine(Repository.Root, "samples", "warn-2000.csv")}";

    /// <summary>Messages in it.</summary>
    public static int Messages { get; } = Rows().Count();

    /// <summary>Its companies.</summary>
    public static IReadOnlyList<string> Companies { get; } = [.. Rows().Select(r => r.Key).Distinct()];

    /// <summary>Made once by one process that nothing happens to.</summary>
    public static Task<Expected> UndisturbedAsync() => Shared.Value;

    private static IEnumerable<ReplayRow> Rows() =>
        ReplayFile.Open(ReplayFormats.Get("warn"), Source[5..], CancellationToken.None).Rows(CancellationToken.None);

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
