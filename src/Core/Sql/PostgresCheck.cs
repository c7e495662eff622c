using Jianwei.Core.Hosting;
using Npgsql;

namespace Jianwei.Core.Sql;

/// <summary>Whether PostgreSQL answers and its schema is up to date.</summary>
public sealed class PostgresCheck(NpgsqlDataSource source, Schema schema) : IServerCheck
{
    public string Name => "postgres";

    /// <inheritdoc/>
    public async Task CheckAsync(CancellationToken cancellation)
    {
        await schema.ReadyAsync(cancellation);
        await using var command = source.CreateCommand("select 1");
        await command.ExecuteScalarAsync(cancellation);
    }
}
