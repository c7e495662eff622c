using System.CommandLine;
using System.Text.Json;
using Jianwei.App.Tokenizing;
using Jianwei.Tokenizer;
using Jianwei.Tokenizer.Learning;
using Jianwei.Tokenizer.Patching;
using Jianwei.Tokenizer.Vocabularies;

namespace Jianwei.App.Verbs;

/// <summary><c>jianwei tokenizer learn|patch|encode</c>: vocabularies and what they make of texts.</summary>
internal static class TokenizerVerb
{
    public static Command Create() => new("tokenizer", "Learn a vocabulary, add words to one, and show what it makes of texts.")
    {
        Learn(),
        Patch(),
        TokenizerEncodeVerb.Create(),
    };

    private static Command Learn()
    {
        var inputs = new Argument<string[]>("inputs")
        {
            Description = $"{CorpusInput.Allowed}.", HelpName = "FORMAT:PATH[@WEIGHT]", Arity = ArgumentArity.OneOrMore
        };
        var size = new Option<int>("--size")
        {
            Description = $"Entries, at most {Vocabulary.MostEntries}.", HelpName = "N", DefaultValueFactory = _ => new LearnOptions().Size
        };
        var alphabets = new Option<string[]>("--alphabet")
        {
            Description = "Chinese characters that get an entry in any case: gb2312 (simplified), big5 (traditional), or none.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [.. new LearnOptions().Alphabets],
        };
        var coverage = new Option<double>("--coverage")
        {
            Description = "Share of characters that single characters cover.", DefaultValueFactory = _ => new LearnOptions().Coverage
        };
        var samples = new Option<string[]>("--sample")
        {
            Description = "A file of texts, one a line, that are only measured: the manifest says what comes of them.",
            HelpName = "FILE",
            DefaultValueFactory = _ => []
        };
        var attribution = new Option<string[]>("--attribution")
        {
            Description = "A sentence for the manifest: whose work an input is.", HelpName = "TEXT", DefaultValueFactory = _ => []
        };
        var folder = VocabularyHome.Out();
        var json = new Option<bool>("--json") { Description = "Print the manifest as one JSON line." };
        var command = new Command("learn",
            "Learn a vocabulary from raw messages, plain text (a text a line) and lists of words. The same inputs give the same bytes.")
        {
            inputs, size, alphabets, coverage, samples, attribution, folder, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            string[] named = [.. parsed.GetValue(alphabets)!.Where(a => a != "none")];
            var options = new LearnOptions { Size = parsed.GetValue(size), Alphabets = named, Coverage = parsed.GetValue(coverage) };
            CorpusInput[] sources = [.. parsed.GetValue(inputs)!.Select(CorpusInput.Parse)];
            var measured = parsed.GetValue(samples)!.ToDictionary(file => file, file => CorpusInput.Parse($"text:{file}"));
            VocabularyHome.CheckFolder(parsed.GetValue(folder)!);
            var line = new ProgressLine(TimeProvider.System);

            // On another thread: Ctrl-C is listened for once this returns.
            var (vocabulary, learned) = await Task.Run(() => new LearnRun(options, sources).Run(line, cancellation), cancellation);
            line.End();
            var tokenizer = new SubwordTokenizer(vocabulary);
            var manifest = new VocabularyManifest(
                vocabulary.Hash, vocabulary.Entries.Count, CommandLine(), Options: options, Sources: learned,
                Attribution: parsed.GetValue(attribution),
                Samples: measured.ToDictionary(s => s.Key, s => EncodeStats.Of(tokenizer, s.Value, cancellation)));
            VocabularyHome.Save(parsed.GetValue(folder)!, vocabulary, manifest);
            Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(manifest, JsonOut.Compact)
                : $"{parsed.GetValue(folder)}: vocabulary {vocabulary.Hash}, {vocabulary.Entries.Count:N0} entries");
            return 0;
        });
        return command;
    }

    private static Command Patch()
    {
        var words = new Argument<string[]>("words") { Description = "Words to add.", HelpName = "WORD", Arity = ArgumentArity.ZeroOrMore };
        var file = new Option<string?>("--words") { Description = "A file of words to add, one a line.", HelpName = "FILE" };
        var from = VocabularyHome.Option();
        var folder = VocabularyHome.Out();
        var json = new Option<bool>("--json") { Description = "Print the manifest as one JSON line." };
        var command = new Command("patch",
            "Add words to a vocabulary. Old ids stay; texts without the words keep their ids; each new entry names the ids that spelled it before.")
        {
            words, file, from, folder, json,
        };
        command.SetAction(parsed =>
        {
            VocabularyHome.CheckFolder(parsed.GetValue(folder)!);
            string[] all = [.. parsed.GetValue(words)!, .. parsed.GetValue(file) is { } path ? WordsOf(path) : []];
            var old = Vocabulary.Load(parsed.GetValue(from) ?? VocabularyHome.Current());
            var patched = all.Length > 0
                ? VocabularyPatch.Apply(old, all)
                : throw new ArgumentException("no words to add; allowed: WORD … or --words FILE");
            AddedPiece[] added =
            [
                .. patched.Entries.Skip(old.Entries.Count)
                    .Select((e, i) => new AddedPiece(old.Entries.Count + i, e.Piece, [.. e.From!.Select(id => old.Entries[id].Piece)])),
            ];
            var manifest = new VocabularyManifest(patched.Hash, patched.Entries.Count, CommandLine(), old.Hash, Added: added);
            VocabularyHome.Save(parsed.GetValue(folder)!, patched, manifest);
            foreach (var piece in parsed.GetValue(json) ? [] : added)
            {
                Console.WriteLine($"{piece.Id} \"{piece.Piece}\" was {string.Join(" + ", piece.Before.Select(p => $"\"{p}\""))}");
            }

            Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(manifest, JsonOut.Compact)
                : $"{parsed.GetValue(folder)}: vocabulary {patched.Hash}, {added.Length:N0} entries more than {old.Hash}");
        });
        return command;
    }

    private static IEnumerable<string> WordsOf(string path) =>
        File.ReadLines(path).Where(line => !string.IsNullOrWhiteSpace(line) && !line.StartsWith('#'));

    private static string CommandLine() =>
        $"./jianwei {string.Join(' ', Environment.GetCommandLineArgs().Skip(1).Select(a => a.Contains(' ') ? $"'{a}'" : a))}";
}
