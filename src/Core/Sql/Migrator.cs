using Dapper;
using Jianwei.Core.Failures;
using Npgsql;

namespace Jianwei.Core.Sql;

/// <summary>
/// Brings a database to the newest migration: forward only, all missing ones in one transaction, under an advisory lock, so
/// that programs starting together do it once.
/// </summary>
public sealed class Migrator(NpgsqlDataSource source, IReadOnlyList<Migration> migrations)
{
    // "jianwei" in ASCII; any constant will do, as long as nothing else locks it.
    private const long Lock = 0x6a69616e776569;

    private sealed record Applied(int Version, string Name, string Checksum);

    /// <summary>Applies what is missing; returns how many that were.</summary>
    /// <exception cref="FatalException">An applied migration was changed since, or is not one of ours.</exception>
    public async Task<int> ApplyAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await connection.ExecuteAsync("select pg_advisory_xact_lock(@Lock)", new { Lock }, transaction);
        await connection.ExecuteAsync(
            """
            create table if not exists schema_migrations (
              version integer primary key, name text not null, checksum text not null,
              applied_at timestamptz not null default clock_timestamp())
            """,
            transaction: transaction);
        var missing = Missing(await AppliedAsync(connection, transaction));
        foreach (var migration in missing)
        {
            await connection.ExecuteAsync(migration.Sql, transaction: transaction);
            await connection.ExecuteAsync(
                "insert into schema_migrations (version, name, checksum) values (@Version, @Name, @Checksum)", migration, transaction);
        }

        await transaction.CommitAsync(cancellation);
        return missing.Count;
    }

    /// <summary>Checks only: for a program that may not change the schema.</summary>
    /// <exception cref="FatalException">As <see cref="ApplyAsync"/>, or a migration is missing.</exception>
    public async Task CheckAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var known = await connection.ExecuteScalarAsync<bool>("select to_regclass('schema_migrations') is not null");
        var missing = Missing(known ? await AppliedAsync(connection, null) : []);
        if (missing.Count > 0)
        {
            throw new FatalException(
                $"database '{connection.Database}' lacks migration {missing[0]} and Postgres:Migrate is false; " +
                "allow it (true), or start a program that is allowed to migrate first");
        }
    }

    private static async Task<List<Applied>> AppliedAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction) =>
        (await connection.QueryAsync<Applied>(
            "select version, name, checksum from schema_migrations order by version", transaction: transaction)).AsList();

    private List<Migration> Missing(List<Applied> applied)
    {
        var ours = migrations.ToDictionary(m => m.Version);
        foreach (var done in applied)
        {
            if (!ours.TryGetValue(done.Version, out var migration))
            {
                throw new FatalException(
                    $"the database has migration {done.Version:0000}_{done.Name}, which this program does not carry; " +
                    "a newer program migrated it: run that one, or restore an older database");
            }

            if (migration.Checksum != done.Checksum)
            {
                throw new FatalException(
                    $"schemas/sql/{migration}.sql was changed after it was applied (checksum {migration.Checksum[..12]}, applied {done.Checksum[..12]}); " +
                    "applied migrations never change: put it back and add a new one");
            }
        }

        var newest = applied.Count == 0 ? 0 : applied[^1].Version;
        var missing = migrations.Where(m => applied.TrueForAll(a => a.Version != m.Version)).ToList();
        return missing.Find(m => m.Version < newest) is { } late
            ? throw new FatalException(
                $"schemas/sql/{late}.sql is older than {newest:0000}, which is applied already; give it a higher number")
            : missing;
    }
}
