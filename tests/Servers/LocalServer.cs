namespace Jianwei.Servers;

/// <summary>
/// A real server of this test process alone, on a free loopback port in a temporary folder, started by
/// <c>deploy/local/servers</c>. It ends with <see cref="DisposeAsync"/> or with the process, however that ends.
/// </summary>
public abstract class LocalServer : IAsyncDisposable
{
    private readonly string _kind;
    private readonly string[] _settings;
    private readonly string _folder;

    private protected LocalServer(string kind, string[] settings)
    {
        _kind = kind;
        _settings = settings;
        _folder = Path.Combine(Path.GetTempPath(), $"jianwei-{kind}-{Guid.NewGuid():N}");
    }

    /// <summary><c>host:port</c>; a restart keeps it.</summary>
    public string Address { get; private set; } = "";

    /// <summary>The server's port on 127.0.0.1.</summary>
    public int Port => int.Parse(Address.AsSpan(Address.LastIndexOf(':') + 1));

    /// <summary>Ends the server without warning, as a lost machine would. Its data stays for <see cref="RestartAsync"/>.</summary>
    public Task KillAsync() => Script.RunAsync("kill", "--dir", _folder);

    /// <summary>Stops the server cleanly. Its data stays for <see cref="RestartAsync"/>.</summary>
    public Task StopAsync() => Script.RunAsync("stop", "--dir", _folder);

    /// <summary>Starts the server again on its old port and data; one that still runs is killed first.</summary>
    public async Task RestartAsync()
    {
        await KillAsync();
        await LaunchAsync();
    }

    /// <summary>Stops the server and removes its folder.</summary>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Script.RunAsync("remove", "--dir", _folder);
    }

    private protected async Task LaunchAsync()
    {
        string[] command = ["start", _kind, "--dir", _folder, "--watch-pid", $"{Environment.ProcessId}", "--", .. _settings];
        Address = await Script.RunAsync(command);
    }
}
