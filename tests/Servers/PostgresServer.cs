using Npgsql;

namespace Jianwei.Servers;

/// <summary>A PostgreSQL with an empty database <c>jianwei</c>. Starts in about a second.</summary>
public sealed class PostgresServer : LocalServer
{
    private static readonly Lazy<Task<PostgresServer>> Shared = new(() => StartAsync());

    private PostgresServer(string[] settings)
        : base("postgres", settings)
    {
    }

    /// <summary>What Npgsql connects to database <c>jianwei</c> with.</summary>
    public string ConnectionString => ConnectionStringOf("jianwei");

    /// <summary>A PostgreSQL for one test. Settings are words of its command line, for example <c>-c max_connections=20</c>.</summary>
    public static async Task<PostgresServer> StartAsync(params string[] settings)
    {
        await Require.ServerAsync("postgres");
        var server = new PostgresServer(settings);
        await server.LaunchAsync();
        return server;
    }

    /// <summary>The PostgreSQL that all tests of this process share; each takes a database of its own from it.</summary>
    public static Task<PostgresServer> SharedAsync() => Shared.Value;

    /// <summary>Creates an empty database of a new name and returns the connection string to it.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"test_{Guid.NewGuid():N}";
        await using var source = NpgsqlDataSource.Create(ConnectionStringOf("postgres") + ";Pooling=false");
        await using var create = source.CreateCommand($"CREATE DATABASE {name}");
        await create.ExecuteNonQueryAsync();
        return ConnectionStringOf(name);
    }

    private string ConnectionStringOf(string database) => $"Host=127.0.0.1;Port={Port};Username=postgres;Database={database}";
}
