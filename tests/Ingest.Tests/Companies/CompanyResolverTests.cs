using Dapper;
using Jianwei.Core.Sql;
using Jianwei.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jianwei.Ingest.Companies;

public sealed class CompanyResolverTests
{
    private static readonly DateTimeOffset Seen = new(2020, 2, 3, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task UnknownCompanies_AreAddedOnce()
    {
        await using var source = await DatabaseAsync();
        CompanyIdentifier[] identifiers = [.. Enumerable.Range(0, 1_000).Select(i => new CompanyIdentifier("X-A", $"{i}"))];
        CompanyIdentifier[] reversed = [.. identifiers.AsEnumerable().Reverse()];

        var (one, two) = (Resolver(source), Resolver(source));
        var answers = await Task.WhenAll(Task.Run(() => AskAsync(one, identifiers)), Task.Run(() => AskAsync(two, reversed)));

        Assert.All(answers, answer => Assert.All(identifiers, i => Assert.Equal(i.CompanyId, answer[i])));
        await using var connection = await source.OpenConnectionAsync();
        Assert.Equal(1_000, await connection.ExecuteScalarAsync<int>("select count(*) from companies"));
        Assert.Equal(1_000, await connection.ExecuteScalarAsync<int>("select count(*) from company_identifiers"));
        var first = await connection.QuerySingleAsync<(string Name, DateTime FirstSeen)>(
            "select name, first_seen from companies where company_id = 'X-A:7'");
        Assert.Equal(("name of 7", Seen.UtcDateTime), first);
    }

    [Fact]
    public async Task Name_IsTheOneHeardLast()
    {
        await using var source = await DatabaseAsync();
        await using var connection = await source.OpenConnectionAsync();
        var id = new CompanyIdentifier("X-A", "1");
        var resolver = Resolver(source);
        foreach (var (heard, expected) in new[] { (null, null), ("Old", "Old"), ("Old", "Old"), (null, "Old"), ("New", "New") })
        {
            await resolver.ResolveAsync(new Dictionary<CompanyIdentifier, NewCompany> { [id] = new(id, heard, Seen) }, default);
            Assert.Equal(expected, await connection.QuerySingleAsync<string?>("select name from companies where company_id = 'X-A:1'"));
        }

        await Resolver(source).ResolveAsync(
            new Dictionary<CompanyIdentifier, NewCompany> { [id] = new(id, "Newest", Seen) }, default); // after a restart
        Assert.Equal("Newest", await connection.QuerySingleAsync<string?>("select name from companies where company_id = 'X-A:1'"));
    }

    [Fact]
    public async Task KnownAliases_AreFollowed()
    {
        await using var source = await DatabaseAsync();
        await Resolver(source).ResolveAsync(new Dictionary<CompanyIdentifier, NewCompany>(), default); // makes the tables
        await using (var connection = await source.OpenConnectionAsync())
            await connection.ExecuteAsync(
                "insert into company_identifiers (scheme, value, company_id) values ('US-EIN', '123456789', 'US-CIK:42'), ('WIKIDATA', 'Q1', 'US-CIK:42')");

        var answer = await AskAsync(Resolver(source), new("US-EIN", "123456789"), new("WIKIDATA", "Q1"), new("US-CIK", "42"));

        Assert.All(answer.Values, id => Assert.Equal("US-CIK:42", id));
        await using var again = await source.OpenConnectionAsync();
        Assert.Equal("US-CIK:42", await again.QuerySingleAsync<string>("select company_id from companies"));
    }

    [Fact]
    public async Task Alias_ThatIsAddedElsewhereIsSeenAfterTheInterval()
    {
        await using var source = await DatabaseAsync();
        var clock = new Clock();
        var resolver = Resolver(source, clock);
        CompanyIdentifier[] identifiers = [new("X-A", "1"), new("X-A", "2")];
        await AskAsync(resolver, identifiers);
        await using var connection = await source.OpenConnectionAsync();

        foreach (var (value, owner) in new[] { ("1", "US-CIK:42"), ("2", "US-CIK:43"), ("1", "US-CIK:44") })
        {
            var before = (await AskAsync(resolver, identifiers))[new("X-A", value)];
            await connection.ExecuteAsync(
                "update company_identifiers set company_id = @owner, added_at = clock_timestamp() where scheme = 'X-A' and value = @value",
                new { value, owner });
            clock.Advance(TimeSpan.FromSeconds(1.9));
            Assert.Equal(before, (await AskAsync(resolver, identifiers))[new("X-A", value)]);
            clock.Advance(TimeSpan.FromSeconds(0.2));
            Assert.Equal(owner, (await AskAsync(resolver, identifiers))[new("X-A", value)]);
        }
    }

    [Fact]
    public async Task Postgres_ThatIsAwayIsRetryableAndWorkResumes()
    {
        await using var postgres = await PostgresServer.StartAsync();
        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString + ";Timeout=2");
        var resolver = Resolver(source);
        await AskAsync(resolver, new CompanyIdentifier("X-A", "1"));
        await postgres.KillAsync();

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => AskAsync(resolver, new CompanyIdentifier("X-A", "2")));
        Assert.Equal(Core.Failures.FailureKind.Retryable, Core.Failures.Failure.Classify(failure));

        await postgres.RestartAsync();
        NpgsqlConnection.ClearAllPools();
        Assert.Equal("X-A:2", (await AskAsync(resolver, new CompanyIdentifier("X-A", "2"))).Values.Single());
    }

    [Fact]
    public void Cache_StaysWithinItsLimitAndKeepsWhatIsUsed()
    {
        var cache = new IdentifierCache(100);
        var used = new CompanyIdentifier("X-A", "used");
        cache.Set(used, "A");
        for (var i = 0; i < 10_000; i++)
        {
            cache.Set(new("X-B", $"{i}"), "B");
            Assert.True(cache.TryGet(used, out _));
            Assert.InRange(cache.Count, 1, 100);
        }

        cache.Update(used, "C");
        Assert.True(cache.TryGet(used, out var companyId));
        Assert.Equal("C", companyId);
        cache.Update(new("X-B", "1"), "D");
        Assert.False(cache.TryGet(new("X-B", "1"), out _));
    }

    private static Task<IReadOnlyDictionary<CompanyIdentifier, string>> AskAsync(
        CompanyResolver resolver, params CompanyIdentifier[] identifiers) =>
        resolver.ResolveAsync(
            identifiers.ToDictionary(i => i, i => new NewCompany(i, $"name of {i.Value}", Seen)),
            TestContext.Current.CancellationToken);

    private static CompanyResolver Resolver(NpgsqlDataSource source, TimeProvider? time = null)
    {
        var postgres = Options.Create(new PostgresOptions());
        return new(
            new CompanyTable(source), new Schema(source, postgres, NullLogger<Schema>.Instance),
            Options.Create(new IngestOptions()), time ?? TimeProvider.System);
    }

    private sealed class Clock : TimeProvider
    {
        private TimeSpan now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => now.Ticks;

        public void Advance(TimeSpan by) => now += by;
    }

    private static async Task<NpgsqlDataSource> DatabaseAsync() =>
        NpgsqlDataSource.Create(await (await PostgresServer.SharedAsync()).CreateDatabaseAsync());
}
