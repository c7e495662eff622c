using Jianwei.App.Hosting;
using Jianwei.Ingest.Replay;

namespace Jianwei.App.Demo;

/// <summary>What the demo replays, and the model that was trained on that stream.</summary>
/// <param name="World">Folder of the simulation that the file is of; null where the file is real.</param>
internal sealed record DemoData(string Name, IReplayFormat Format, string Path, string Model, string Title, string? World = null)
{
    /// <summary>The name of the choice that <see cref="DemoWorld"/> makes.</summary>
    public const string Simulated = "sim";

    /// <exception cref="FileNotFoundException">The data are not on this machine.</exception>
    /// <exception cref="FormatException">There is no such choice.</exception>
    public static DemoData Named(string name)
    {
        var data = name switch
        {
            "sample" => new DemoData(
                name, ReplayFormats.Get("warn"), Home.File("samples/warn-2000.csv"),
                "warn-closure", "a sample of the US register of mass lay-offs (real)"),
            "warn-full" => new DemoData(
                name, ReplayFormats.Get("warn"), Shared("warn/notices-1987-2022.csv.gz"),
                "warn-closure", "the US register of mass lay-offs, 1987 to 2022 (real)"),
            "yc" => new DemoData(
                name, ReplayFormats.Get("yc"), Shared("yc/changes-2021-2024.ndjson.gz"),
                "yc-inactive", "changes of a directory of start-ups, 2021 to 2024 (real)"),
            _ => throw new FormatException($"--data {name}: allowed are sample, sim, warn-full, yc, with commas"),
        };
        return File.Exists(data.Path) ? data
            : throw new FileNotFoundException(
                $"--data {name} needs {data.Path}, which is not on this machine; --data sample is in the repository");
    }

    /// <summary>The companies of the file, as its messages name them.</summary>
    public IReadOnlyList<string> Companies(CancellationToken cancellation) =>
        [.. ReplayFile.Open(Format, Path, cancellation).Rows(cancellation).Select(r => r.Key).Distinct()];

    private static string Shared(string path) => System.IO.Path.GetFullPath(Home.File($"../shared/data/{path}"));
}
