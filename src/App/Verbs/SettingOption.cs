using System.CommandLine;

namespace Jianwei.App.Verbs;

/// <summary><c>--set Section:Name=value</c>, repeatable: a setting for this run.</summary>
internal static class SettingOption
{
    public static Option<string[]> Create() => new("--set")
    {
        Description = "A setting for this run, e.g. --set Kafka:BootstrapServers=127.0.0.1:9092. Also as JIANWEI_Kafka__BootstrapServers in the environment.",
        HelpName = "SECTION:NAME=VALUE",
        AllowMultipleArgumentsPerToken = false,
    };

    /// <exception cref="ArgumentException">One is not SECTION:NAME=VALUE.</exception>
    public static Dictionary<string, string?> Read(ParseResult parsed, Option<string[]> option)
    {
        var settings = new Dictionary<string, string?>();
        foreach (var text in parsed.GetValue(option) ?? [])
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            settings[at > 0 && text[..at].Contains(':', StringComparison.Ordinal) ? text[..at] : throw new ArgumentException($"--set {text}: allowed is SECTION:NAME=VALUE")] = text[(at + 1)..];
        }

        return settings;
    }
}
