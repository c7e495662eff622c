using System.CommandLine;
using System.Text;
using System.Text.Json;
using Jianwei.App.Hosting;
using Jianwei.Ingest.DeadLetters;
using Spectre.Console;

namespace Jianwei.App.Verbs;

/// <summary><c>jianwei dead-letters list|show|redrive</c>: what was refused, and its way back.</summary>
internal static class DeadLettersVerb
{
    private const int ShownAtMost = 20;

    public static Command Create() =>
        new("dead-letters", "List what was refused, show one, send some back to their topics.") { List(), Show(), Redrive() };

    private static Command List()
    {
        var reason = new Option<string?>("--reason") { Description = "Only letters of this reason." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var set = SettingOption.Create();
        var command = new Command("list", "Count dead letters by stage, reason and topic, and name the newest.") { reason, json, set };
        command.SetAction((parsed, cancellation) => With(parsed, set, topic =>
        {
            var letters = Chosen(topic.Read(cancellation), parsed.GetValue(reason)).ToList();
            var groups = letters.GroupBy(l => (l.Letter.Stage, l.Letter.Reason, l.Letter.Topic))
                .Select(g => new { g.Key.Stage, g.Key.Reason, g.Key.Topic, Count = g.Count() }).OrderByDescending(g => g.Count).ToList();
            var newest = letters.OrderByDescending(l => l.Letter.RefusedTime).Take(ShownAtMost).ToList();
            if (parsed.GetValue(json))
            {
                Console.WriteLine(JsonSerializer.Serialize(
                    new
                    {
                        Total = letters.Count,
                        Reasons = groups,
                        Newest = newest.Select(l => new { Id = l.Id.ToString(), l.Letter.Reason, l.Letter.Detail })
                    },
                    JsonOut.Compact));
                return Task.FromResult(0);
            }

            var counts = new Table().Border(TableBorder.Simple).AddColumns("stage", "reason", "topic", "letters");
            groups.ForEach(g => counts.AddRow(Markup.Escape(g.Stage), Markup.Escape(g.Reason), Markup.Escape(g.Topic), $"{g.Count:N0}"));
            AnsiConsole.Write(counts.Title($"{letters.Count:N0} dead letters"));
            var last = new Table().Border(TableBorder.Simple).AddColumns("id", "reason", "detail");
            newest.ForEach(l => last.AddRow(l.Id.ToString(), Markup.Escape(l.Letter.Reason), Markup.Escape(l.Letter.Detail)));
            AnsiConsole.Write(last.Title("newest"));
            return Task.FromResult(0);
        }));
        return command;
    }

    private static Command Show()
    {
        var id = new Argument<string>("id") { Description = "PARTITION:OFFSET, as list shows it." };
        var set = SettingOption.Create();
        var command = new Command("show", "Print one dead letter with its original message.") { id, set };
        command.SetAction((parsed, cancellation) => With(parsed, set, topic =>
        {
            var (place, letter) = Find(topic, parsed.GetValue(id)!, cancellation);
            Console.WriteLine($"""
                {place}  {letter.Stage} refused it at {letter.RefusedTime:yyyy-MM-dd HH:mm:ss}Z: {letter.Reason}
                {letter.Detail}
                from {letter.Topic}[{letter.Partition}]@{letter.Offset}, key {Encoding.UTF8.GetString(letter.Key ?? [])}
                {Encoding.UTF8.GetString(letter.Value)}
                """);
            return Task.FromResult(0);
        }));
        return command;
    }

    private static Command Redrive()
    {
        var ids = new Argument<string[]>("id")
        {
            Description = "PARTITION:OFFSET of each letter, as list shows it.", Arity = ArgumentArity.ZeroOrMore
        };
        var reason = new Option<string?>("--reason") { Description = "All letters of this reason." };
        var all = new Option<bool>("--all") { Description = "All letters." };
        var edit = new Option<FileInfo?>("--edit")
        {
            Description = "Send this file in place of the one letter's message.", HelpName = "FILE"
        };
        var set = SettingOption.Create();
        var command = new Command("redrive", "Send dead letters back to their topics, as they were or mended. Twice is as good as once.")
        { ids, reason, all, edit, set };
        command.SetAction((parsed, cancellation) => With(parsed, set, async topic =>
        {
            var (named, why) = (parsed.GetValue(ids)!, parsed.GetValue(reason));
            if ((named.Length > 0 ? 1 : 0) + (why is null ? 0 : 1) + (parsed.GetValue(all) ? 1 : 0) != 1)
            {
                throw new ArgumentException("say which letters: their ids, or --reason REASON, or --all");
            }

            List<StoredDeadLetter> letters = named.Length > 0
                ? [.. named.Select(id => Find(topic, id, cancellation))]
                : [.. Chosen(topic.Read(cancellation), why)];
            var edited = parsed.GetValue(edit) is { } file ? await File.ReadAllBytesAsync(file.FullName, cancellation) : null;
            Console.WriteLine($"{await topic.RedriveAsync(letters, edited, cancellation)} sent back");
            return 0;
        }));
        return command;
    }

    private static IEnumerable<StoredDeadLetter> Chosen(IEnumerable<StoredDeadLetter> letters, string? reason) =>
        reason is null ? letters : letters.Where(l => l.Letter.Reason == reason);

    private static StoredDeadLetter Find(DeadLetterTopic topic, string id, CancellationToken cancellation) =>
        topic.Find(DeadLetterId.Parse(id), cancellation)
        ?? throw new ArgumentException($"there is no dead letter {id}; `jianwei dead-letters list` shows which there are");

    private static async Task<int> With(ParseResult parsed, Option<string[]> set, Func<DeadLetterTopic, Task<int>> action)
    {
        await using var app = JianweiHost.Builder(SettingOption.Read(parsed, set), LogLevel.Warning).Build();
        return await action(ActivatorUtilities.CreateInstance<DeadLetterTopic>(app.Services));
    }
}
