using Npgsql;
using NpgsqlTypes;

namespace Jianwei.Ingest.Companies;

/// <summary>A company that may be new, with the last name that was heard of it.</summary>
public readonly record struct NewCompany(CompanyIdentifier Identifier, string? Name, DateTimeOffset FirstSeen);

/// <summary>An alias, and when it was added.</summary>
public readonly record struct Alias(CompanyIdentifier Identifier, string CompanyId, DateTimeOffset AddedAt);

/// <summary>Tables <c>companies</c> and <c>company_identifiers</c>: a batch in one round trip, whatever its size.</summary>
public sealed class CompanyTable(NpgsqlDataSource source)
{
    private const string Select = """
        select i.scheme, i.value, i.company_id
        from company_identifiers i join unnest($1, $2) as wanted(scheme, value) on i.scheme = wanted.scheme and i.value = wanted.value
        """;

    // Sorted, so that two processes inserting the same companies cannot wait for each other in a circle.
    private const string Insert = """
        with fresh as (
          insert into company_identifiers (scheme, value, company_id)
          select scheme, value, scheme || ':' || value from unnest($1, $2) as new(scheme, value) order by 1, 2
          on conflict do nothing
          returning company_id)
        insert into companies (company_id, name, first_seen)
        select new.scheme || ':' || new.value, new.name, new.first_seen
        from unnest($1, $2, $3, $4) as new(scheme, value, name, first_seen)
        where new.scheme || ':' || new.value in (select company_id from fresh)
        order by 1
        on conflict do nothing
        """;

    // Locked in order, as above.
    private const string Rename = """
        with heard as (select distinct on (company_id) company_id, name from unnest($1, $2) as new(company_id, name) order by 1),
        held as (
          select c.company_id, heard.name from companies c join heard on c.company_id = heard.company_id
          where c.name is distinct from heard.name
          order by 1
          for update of c)
        update companies c set name = held.name from held where c.company_id = held.company_id
        """;

    private const string Changed =
        "select scheme, value, company_id, added_at from company_identifiers where added_at > $1 order by added_at";

    /// <summary>The company ids of those identifiers that are known.</summary>
    public async Task<IReadOnlyList<Alias>> FindAsync(IReadOnlyCollection<CompanyIdentifier> identifiers, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(Select);
        AddIdentifiers(command.Parameters, identifiers);
        return await ReadAsync(command, cancellation);
    }

    /// <summary>Adds companies under their own identifiers, unless somebody has added those since, and says what holds now.</summary>
    public async Task<IReadOnlyList<Alias>> AddAsync(IReadOnlyCollection<NewCompany> companies, CancellationToken cancellation)
    {
        CompanyIdentifier[] identifiers = [.. companies.Select(c => c.Identifier)];
        await using var command = source.CreateCommand(Insert);
        AddIdentifiers(command.Parameters, identifiers);
        Add(command.Parameters, NpgsqlDbType.Text, companies.Select(c => c.Name).ToArray());
        Add(command.Parameters, NpgsqlDbType.TimestampTz, companies.Select(c => c.FirstSeen.UtcDateTime).ToArray());
        await command.ExecuteNonQueryAsync(cancellation);
        return await FindAsync(identifiers, cancellation);
    }

    /// <summary>Gives companies the names that were heard of them.</summary>
    public async Task RenameAsync(IReadOnlyCollection<(string CompanyId, string Name)> names, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(Rename);
        Add(command.Parameters, NpgsqlDbType.Text, names.Select(n => n.CompanyId).ToArray());
        Add(command.Parameters, NpgsqlDbType.Text, names.Select(n => n.Name).ToArray());
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Identifiers added or changed since a moment, oldest first.</summary>
    public async Task<IReadOnlyList<Alias>> ChangedAsync(DateTimeOffset since, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(Changed);
        command.Parameters.Add(new NpgsqlParameter { Value = since.UtcDateTime });
        return await ReadAsync(command, cancellation);
    }

    /// <summary>The database's clock, which <c>added_at</c> is written by.</summary>
    public async Task<DateTimeOffset> NowAsync(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("select clock_timestamp()");
        return new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(cancellation))!);
    }

    private static void AddIdentifiers(NpgsqlParameterCollection parameters, IReadOnlyCollection<CompanyIdentifier> identifiers)
    {
        Add(parameters, NpgsqlDbType.Text, identifiers.Select(i => i.Scheme).ToArray());
        Add(parameters, NpgsqlDbType.Text, identifiers.Select(i => i.Value).ToArray());
    }

    private static void Add(NpgsqlParameterCollection parameters, NpgsqlDbType type, object values) =>
        parameters.Add(new NpgsqlParameter { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type });

    private static async Task<IReadOnlyList<Alias>> ReadAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<Alias>();
        while (await reader.ReadAsync(cancellation))
        {
            var addedAt = reader.FieldCount > 3 ? new DateTimeOffset(reader.GetDateTime(3)) : default;
            found.Add(new(new(reader.GetString(0), reader.GetString(1)), reader.GetString(2), addedAt));
        }

        return found;
    }
}
