using System.CommandLine;
using System.Text;
using System.Text.Json;
using Jianwei.App.Tokenizing;
using Jianwei.Tokenizer;

namespace Jianwei.App.Verbs;

/// <summary><c>jianwei tokenizer encode</c>: texts into ids, what that costs, and how fast it is.</summary>
internal static class TokenizerEncodeVerb
{
    public static Command Create()
    {
        var text = new Argument<string?>("text")
        {
            Description = "A text; each line of standard input when left out.", Arity = ArgumentArity.ZeroOrOne
        };
        var from = VocabularyHome.Option();
        var stats = new Option<bool>("--stats")
        {
            Description = "Print what all texts come to instead: tokens a character, share of unknown characters. Exit code 1 if a text does not come back."
        };
        var bench = new Option<bool>("--bench")
        {
            Description = "Measure: encode all texts again and again on one thread, and print MB/s of UTF-8."
        };
        var seconds = new Option<double>("--seconds") { Description = "How long --bench measures.", DefaultValueFactory = _ => 5 };
        var json = new Option<bool>("--json") { Description = "Print one JSON line a text, or one for --stats or --bench." };
        var command = new Command("encode", "Show the ids and pieces of texts: a bar between words, a dot between the pieces of a word.")
        { text, from, stats, bench, seconds, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var tokenizer = SubwordTokenizer.Load(parsed.GetValue(from) ?? VocabularyHome.Current());
            var texts = parsed.GetValue(text) is { } one ? [one] : TextsOfStandardInput();
            var asJson = parsed.GetValue(json);

            // On another thread: Ctrl-C also ends a wait for standard input.
            return await Task.Run(() => (parsed.GetValue(bench), parsed.GetValue(stats)) switch
            {
                (true, _) => Print(EncodeBench.Run(tokenizer, [.. texts], Seconds(parsed.GetValue(seconds)), cancellation), asJson),
                (_, true) => Print(EncodeStats.Of(tokenizer, texts, cancellation), asJson),
                _ => Print(tokenizer, texts, asJson, cancellation),
            }, CancellationToken.None).WaitAsync(cancellation);
        });
        return command;
    }

    private static TimeSpan Seconds(double value) => value is >= 0.1 and <= 3_600 ? TimeSpan.FromSeconds(value)
        : throw new ArgumentException($"--seconds {value}: allowed are 0.1 to 3600");

    private static IEnumerable<string> TextsOfStandardInput()
    {
        using var reader = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
        foreach (var line in new CorpusInput("text", "standard input", 1).Lines(reader))
        {
            yield return line;
        }
    }

    private static int Print(SubwordTokenizer tokenizer, IEnumerable<string> texts, bool asJson, CancellationToken cancellation)
    {
        foreach (var text in texts)
        {
            cancellation.ThrowIfCancellationRequested();
            var encoded = EncodedText.Of(tokenizer, text);
            if (asJson)
            {
                Console.WriteLine(JsonSerializer.Serialize(encoded, JsonOut.Compact));
            }
            else
            {
                Console.WriteLine($"{encoded.Marked}\n{string.Join(' ', encoded.Ids)}");
            }
        }

        return 0;
    }

    private static int Print(EncodeStats stats, bool asJson)
    {
        Console.WriteLine(asJson ? JsonSerializer.Serialize(stats, JsonOut.Compact)
            : $"{stats.Texts:N0} texts, {stats.Characters:N0} characters, {stats.Tokens:N0} tokens, {stats.Words:N0} words: {stats.TokensACharacter:0.000} tokens a character, " +
              $"{stats.Unknown:N0} unknown characters ({stats.UnknownShare:P3}), {stats.NotDecoded:N0} texts that do not come back; vocabulary {stats.Vocabulary}");
        return stats.NotDecoded > 0 ? 1 : 0;
    }

    private static int Print(EncodeBench result, bool asJson)
    {
        Console.WriteLine(asJson ? JsonSerializer.Serialize(result, JsonOut.Compact)
            : $"{result.Texts:N0} texts, {result.Bytes:N0} bytes: {result.MegabytesASecond:0.0} MB/s on one thread (median of {result.Rounds:N0} rounds; best {result.Best:0.0}), " +
              $"{result.ProcessorMegabytesASecond:0.0} MB a second of processor time, {result.OfUtf8:0.000} of decoding UTF-8 ({result.Utf8MegabytesASecond:0}), " +
              $"{result.TokensASecond:N0} tokens/s, {result.AllocatedBytesAToken:0.000} bytes allocated a token; vocabulary {result.Vocabulary}");
        return 0;
    }
}
