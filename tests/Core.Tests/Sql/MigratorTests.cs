using System.Text;
using Dapper;
using Jianwei.Core.Failures;
using Jianwei.Core.Sql;
using Jianwei.Servers;
using Npgsql;

namespace Jianwei.Core.Tests.Sql;

public sealed class MigratorTests : IAsyncLifetime
{
    private NpgsqlDataSource source = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        source = NpgsqlDataSource.Create(await (await PostgresServer.SharedAsync()).CreateDatabaseAsync());

    public ValueTask DisposeAsync() => source.DisposeAsync();

    [Fact]
    public async Task Schema_IsTheApprovedOne()
    {
        await new Migrator(source, Migration.Embedded).ApplyAsync(Stop);
        var received = await DumpAsync();
        var file = Path.Combine(Repository.Root, "tests/Core.Tests/Sql/schema.approved.txt");
        if (Environment.GetEnvironmentVariable("JIANWEI_APPROVE") == "1")
        {
            await File.WriteAllTextAsync(file, received, Stop);
        }

        // Approve a wanted change by running this test with JIANWEI_APPROVE=1, and read the difference before committing it.
        Assert.Equal(await File.ReadAllTextAsync(file, Stop), received);
    }

    [Fact]
    public async Task AppliedTwice_IsAppliedOnce()
    {
        var migrator = new Migrator(source, Migration.Embedded);
        Assert.Equal(Migration.Embedded.Count, await migrator.ApplyAsync(Stop));
        Assert.Equal(0, await migrator.ApplyAsync(Stop));
        await migrator.CheckAsync(Stop);
    }

    [Fact]
    public async Task StartedTogether_OneMigratesAndTheOthersWait()
    {
        var applied = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => new Migrator(source, Migration.Embedded).ApplyAsync(Stop)));
        Assert.Equal(Migration.Embedded.Count, applied.Sum());
        Assert.Single(applied, n => n > 0);
    }

    [Fact]
    public async Task FailingMigration_LeavesNothingBehind()
    {
        await Assert.ThrowsAsync<PostgresException>(
            () => new Migrator(source, [new(1, "a", "create table a (x int)"), new(2, "b", "create tabel")]).ApplyAsync(Stop));
        Assert.Equal(1, await new Migrator(source, [new(1, "a", "create table a (x int)")]).ApplyAsync(Stop));
    }

    [Fact]
    public async Task ChangedMigration_IsRefused()
    {
        await new Migrator(source, [new(1, "a", "create table a (x int)")]).ApplyAsync(Stop);
        var error = await Assert.ThrowsAsync<FatalException>(
            () => new Migrator(source, [new(1, "a", "create table a (y int)")]).ApplyAsync(Stop));
        Assert.StartsWith("schemas/sql/0001_a.sql was changed after it was applied", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LineEnds_AreNoChange()
    {
        await new Migrator(source, [new(1, "a", "create table\na (x int)")]).ApplyAsync(Stop);
        Assert.Equal(0, await new Migrator(source, [new(1, "a", "create table\r\na (x int)")]).ApplyAsync(Stop));
    }

    [Fact]
    public async Task MigrationOfANewerProgram_IsRefused()
    {
        await new Migrator(source, [new(1, "a", "select 1"), new(2, "b", "select 2")]).ApplyAsync(Stop);
        var error = await Assert.ThrowsAsync<FatalException>(() => new Migrator(source, [new(1, "a", "select 1")]).ApplyAsync(Stop));
        Assert.StartsWith("the database has migration 0002_b, which this program does not carry", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MigrationBelowTheNewestApplied_IsRefused()
    {
        await new Migrator(source, [new(2, "b", "select 2")]).ApplyAsync(Stop);
        var error = await Assert.ThrowsAsync<FatalException>(
            () => new Migrator(source, [new(1, "a", "select 1"), new(2, "b", "select 2")]).ApplyAsync(Stop));
        Assert.Equal("schemas/sql/0001_a.sql is older than 0002, which is applied already; give it a higher number", error.Message);
    }

    [Fact]
    public async Task OutOfDateSchema_StopsAProgramThatMayNotMigrate()
    {
        var error = await Assert.ThrowsAsync<FatalException>(() => new Migrator(source, Migration.Embedded).CheckAsync(Stop));
        Assert.Contains("lacks migration 0001_companies and Postgres:Migrate is false", error.Message, StringComparison.Ordinal);
    }

    private async Task<string> DumpAsync()
    {
        await using var connection = await source.OpenConnectionAsync(Stop);
        var columns = await connection.QueryAsync<(string Table, string Column)>(
            """
            select c.relname, '  ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
              || case when a.attnotnull then ' not null' else '' end
              || case when a.attidentity <> '' then ' identity' else '' end
              || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
            from pg_class c
            join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
            order by c.relname, a.attnum
            """);
        var rest = (await connection.QueryAsync<(string Table, string Text)>(
            """
            select conrelid::regclass::text, '  ' || conname || ': ' || pg_get_constraintdef(oid) from pg_constraint
            where connamespace = 'public'::regnamespace
            union all
            select tablename::text, '  ' || indexdef from pg_indexes where schemaname = 'public'
            union all
            select relname::text, '  partition by ' || pg_get_partkeydef(oid) from pg_class where relnamespace = 'public'::regnamespace and relkind = 'p'
            order by 1, 2
            """)).ToLookup(r => r.Table, r => r.Text);
        var text = new StringBuilder();
        foreach (var table in columns.GroupBy(c => c.Table))
        {
            text.Append(table.Key).Append('\n').AppendJoin('\n', table.Select(c => c.Column).Concat(rest[table.Key])).Append("\n\n");
        }

        return text.ToString();
    }
}
