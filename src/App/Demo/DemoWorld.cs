using Jianwei.App.Verbs;
using Jianwei.Ingest.Replay;
using Jianwei.Simulator;

namespace Jianwei.App.Demo;

/// <summary>A simulated world for the demo, made now, from a seed that no model was trained on, and gone afterwards.</summary>
internal sealed class DemoWorld : IDisposable
{
    private readonly string folder;

    private DemoWorld(string folder, SimulationManifest manifest) => (this.folder, Data) = (folder, new(
        DemoData.Simulated, ReplayFormats.Get("ndjson"), Path.Combine(folder, manifest.EventFile), "sim-default",
        $"a simulated world (made up, seed {manifest.Seed}): {manifest.Companies:N0} companies, {manifest.Years} years, {manifest.Events:N0} events, {manifest.Defaults:N0} defaults",
        folder));

    public DemoData Data { get; }

    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static async Task<DemoWorld> MakeAsync(int companies, ulong seed, CancellationToken cancellation)
    {
        var options = Options(companies, seed);
        return new(options.Folder, await Task.Run(() => SimulateVerb.Make(options, cancellation), cancellation));
    }

    /// <summary>What it is made from.</summary>
    public static SimulationOptions Options(int companies, ulong seed) => new()
    {
        Companies = companies, Seed = seed, Truth = true,
        Folder = Path.Combine(Path.GetTempPath(), $"jianwei-demo-world-{Environment.ProcessId}"), CheckPaths = 100,
    };

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(folder, recursive: true);
}
