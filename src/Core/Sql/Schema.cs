using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jianwei.Core.Sql;

/// <summary>
/// The database schema as this process knows it: not ready until its migrations are applied. Every user of the database
/// awaits <see cref="ReadyAsync"/> first; after the first success that costs nothing.
/// </summary>
public sealed partial class Schema(NpgsqlDataSource source, IOptions<PostgresOptions> options, ILogger<Schema> log) : IDisposable
{
    private readonly SemaphoreSlim one = new(1);
    private readonly Migrator migrator = new(source, Migration.Embedded);
    private volatile bool ready;

    public bool Ready => ready;

    /// <summary>Returns when the schema is up to date.</summary>
    /// <exception cref="NpgsqlException">The server cannot be reached now: retryable.</exception>
    /// <exception cref="Failures.FatalException">The schema and this program do not fit.</exception>
    public ValueTask ReadyAsync(CancellationToken cancellation) => ready ? ValueTask.CompletedTask : new(MigrateAsync(cancellation));

    public void Dispose() => one.Dispose();

    private async Task MigrateAsync(CancellationToken cancellation)
    {
        await one.WaitAsync(cancellation);
        try
        {
            if (ready)
            {
                return;
            }

            if (options.Value.Migrate)
            {
                Migrated(await migrator.ApplyAsync(cancellation));
            }
            else
            {
                await migrator.CheckAsync(cancellation);
            }

            ready = true;
        }
        finally
        {
            one.Release();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The database schema is up to date ({Count} migrations applied now)")]
    private partial void Migrated(int count);
}
