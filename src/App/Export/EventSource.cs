using Jianwei.App.Verbs;
using Jianwei.Core.Contracts;
using Jianwei.Core.Contracts.Raw;
using Jianwei.Featurizer.Export;
using Jianwei.Ingest.Events;
using Jianwei.Ingest.Replay;

namespace Jianwei.App.Export;

/// <summary>Where an export reads its events: the log itself, or a file on the way that its messages take through Ingest.</summary>
internal static class EventSource
{
    /// <summary>What <c>--from</c> takes.</summary>
    public static string Allowed { get; } = $"kafka, {string.Join(", ", ReplayFormats.All.Select(f => $"{f.Name}:FILE"))}";

    /// <summary>The source without its folders, for the manifest.</summary>
    public static string NameOf(string source) =>
        source.Split(':', 2) is [var format, var path] ? $"{format}:{Path.GetFileName(path)}" : source;

    /// <exception cref="ArgumentException">The source is none of <see cref="Allowed"/>.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static IAsyncEnumerable<CompanyEvent> Read(
        string source, IServiceProvider services, CancellationToken cancellation) => source.Split(':', 2) switch
    {
        ["kafka"] => ActivatorUtilities.CreateInstance<EventLog>(services).ReadAsync(cancellation),
        [var format, { Length: > 0 } path] when ReplayFormats.All.Any(f => f.Name == format) =>
            File(ReplayFormats.Get(format), path, cancellation).ToAsyncEnumerable(),
        _ => throw new ArgumentException($"--from {source}: allowed are {Allowed}"),
    };

    // In order of observed time, as a replay sends it. A file knows no aliases: a company is its identifier.
    private static IEnumerable<CompanyEvent> File(IReplayFormat format, string path, CancellationToken cancellation)
    {
        var file = ReplayFile.Open(format, path, cancellation);
        var refused = file.Refused;
        foreach (var row in file.Rows(cancellation))
        {
            var (message, problems) = RawValidators.For(row.Topic)!.Validate(row.Value);
            var found = new List<Problem>(problems);
            if (message is not null && EventFactory.Make(message, DateTimeOffset.UnixEpoch, found) is { } draft)
            {
                yield return draft.Event;
            }
            else if (refused++ == 0)
            {
                ProgressLine.Note($"export: line {row.Line} of {path} makes no event: {Problem.Sentence(found)}");
            }
        }

        if (refused > 0)
        {
            ProgressLine.Note($"export: {refused:N0} lines of {path} make no event and are left out");
        }
    }
}
