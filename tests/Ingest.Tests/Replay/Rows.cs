using Jianwei.Core.Contracts.Raw;
using Jianwei.Ingest.Events;

namespace Jianwei.Ingest.Replay;

/// <summary>What replayed rows become at Ingest.</summary>
internal static class Rows
{
    public static List<ReplayRow> Of(IReplayFormat format, string text) => [.. format.Read(new StringReader(text))];

    public static List<RawMessage> Messages(IReplayFormat format, string text) =>
        [.. Of(format, text).Select(r => RawValidators.For(r.Topic)!.Validate(r.Value).Message!)];

    /// <summary>The reasons for which Ingest would refuse rows, with how many of each.</summary>
    public static Dictionary<RefusalReason, int> Refusals(IEnumerable<ReplayRow> rows, List<string> sentences)
    {
        var refusals = new Dictionary<RefusalReason, int>();
        foreach (var row in rows)
        {
            var (message, problems) = RawValidators.For(row.Topic)!.Validate(row.Value);
            if (message is not null)
            {
                var found = new List<Problem>();
                EventFactory.Make(message, DateTimeOffset.UnixEpoch, found);
                problems = found;
            }

            if (problems.Count > 0)
            {
                var main = Problem.Main(problems);
                refusals[main] = refusals.GetValueOrDefault(main) + 1;
                sentences.Add(Problem.Sentence(problems));
            }
        }

        return refusals;
    }

    /// <summary>A file of the shared data; the test is skipped where it is absent.</summary>
    public static string Shared(string path)
    {
        for (var folder = new DirectoryInfo(Servers.Repository.Root); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "shared", "data", path);
            if (File.Exists(file))
                return file;
        }

        Assert.Skip($"shared/data/{path} is not beside the repository");
        return "";
    }
}
