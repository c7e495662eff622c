using System.Collections.Concurrent;
using Xunit;

namespace Jianwei.Servers;

/// <summary>Ends a test as skipped, with the reason, when something outside this repository is missing.</summary>
public static class Require
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<string?>>> Missing = new();

    /// <summary>True in CI (<c>JIANWEI_REQUIRE_SERVERS=1</c>), where a missing server is a failure.</summary>
    public static bool Strict { get; } = Environment.GetEnvironmentVariable("JIANWEI_REQUIRE_SERVERS") == "1";

    /// <summary>Requires that a server of this kind (redis, postgres, rabbitmq, kafka) can be started here.</summary>
    public static async Task ServerAsync(string kind)
    {
        if (await Missing.GetOrAdd(kind, k => new(() => CheckAsync(k))).Value is { } reason)
            Unavailable(reason);
    }

    /// <summary>Requires that a program is on the PATH.</summary>
    public static void Program(string name)
    {
        var folders = Environment.GetEnvironmentVariable("PATH")?.Split(':') ?? [];
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, name))))
            Unavailable($"the program {name} is missing");
    }

    /// <summary>Skips the running test with this reason, or fails it where nothing may be missing.</summary>
    public static void Unavailable(string reason)
    {
        if (Strict)
            Assert.Fail($"required here: {reason}");
        Assert.Skip(reason);
    }

    private static async Task<string?> CheckAsync(string kind)
    {
        var (code, output, _) = await Script.TryAsync("check", kind);
        return code == 0 ? null : output;
    }
}
