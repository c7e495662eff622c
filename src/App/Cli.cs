using System.CommandLine;
using System.Globalization;
using System.Text;
using Jianwei.App.Verbs;
using Jianwei.Core.Failures;
using Microsoft.Extensions.Options;
using Spectre.Console;

namespace Jianwei.App;

/// <summary>
/// The command line. Exit codes: 0 done, 1 the answer is no (a check failed), 2 wrong arguments, settings or input, 3 a stage or
/// a server made going on impossible, 130 interrupted.
/// </summary>
internal static class Cli
{
    private const int RedirectedWidth = 10_000;

    public static async Task<int> RunAsync(string[] args)
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
        Console.OutputEncoding = new UTF8Encoding(false);
        if (Console.IsOutputRedirected)
        {
            // For a file or another program: no colours, and no line is broken.
            AnsiConsole.Console = AnsiConsole.Create(new()
            {
                Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors,
                Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(Console.Out),
            });
            AnsiConsole.Profile.Width = RedirectedWidth;
        }

        try
        {
            var parsed = Root().Parse(args);
            var code = await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(20)
            });
            return parsed.Errors.Count > 0 ? 2 : code != 0 ? code : Environment.ExitCode;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
        catch (Exception e) when (SentenceOf(e) is { } sentence)
        {
            await Console.Error.WriteLineAsync($"jianwei: {sentence.Text}");
            return sentence.Code;
        }
    }

    public static RootCommand Root() => new(
        "Jianwei watches a portfolio of companies and raises one explained alert when a company's risk shifts.")
    {
        RunVerb.Create(),
        StateVerb.Create(),
        VerifyVerb.Create(),
        ExportVerb.Create(),
        BenchVerb.Create(),
        DemoVerb.Create(),
        ModelVerb.Create(),
        ReplayVerb.Create(),
        DeadLettersVerb.Create(),
        SimulateVerb.Create(),
        TokenizerVerb.Create(),
    };

    // What a person can act on is a sentence; anything else is a bug and keeps its stack.
    private static (string Text, int Code)? SentenceOf(Exception e) => e switch
    {
        AggregateException { InnerExceptions: [var only] } => SentenceOf(only),
        OptionsValidationException options => (string.Join(' ', options.Failures.Select(f => $"setting {f}")), 2),
        InvalidOperationException { InnerException: FormatException or ArgumentException } wrongType => (wrongType.Message, 2),
        InvalidOperationException { Source: "Confluent.Kafka" } =>
            ($"a setting under Kafka:Client is wrong: {e.Message}; allowed: what librdkafka knows", 2),
        UriFormatException => ($"setting RabbitMq:Uri: {e.Message} Allowed: amqp://USER:PASSWORD@HOST:PORT/VHOST, or nothing", 2),
        FatalException => (e.Message, 3),
        Core.Features.CatalogueException or Scorer.Packages.ModelRefusedException => (e.Message, 2),
        FileNotFoundException or DirectoryNotFoundException or InvalidDataException or FormatException or ArgumentException =>
            (e.Message, 2),
        _ => Failure.Classify(e) == FailureKind.Retryable ? (e.Message, 3) : null,
    };
}
