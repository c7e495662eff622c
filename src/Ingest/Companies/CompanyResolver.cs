using Jianwei.Core.Sql;
using Microsoft.Extensions.Options;

namespace Jianwei.Ingest.Companies;

/// <summary>
/// Canonical company ids of identifiers. An identifier that nobody knows becomes a company of its own, <c>SCHEME:VALUE</c>,
/// once, and bears the name that was heard last. Aliases added elsewhere are seen within
/// <see cref="IngestOptions.AliasRefreshInterval"/>. Used by one batch at a time.
/// </summary>
public sealed class CompanyResolver(CompanyTable table, Schema schema, IOptions<IngestOptions> options, TimeProvider time)
{
    // A transaction that took its added_at earlier may commit later: look back that far each time.
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(10);

    private readonly IdentifierCache cache = new(options.Value.IdentifierCacheLimit);
    private readonly IdentifierCache names = new(options.Value.IdentifierCacheLimit);
    private DateTimeOffset? seenUntil; // by the database's clock
    private long looked;

    /// <summary>The id of every company named, keyed by identifier.</summary>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL cannot be reached: retryable.</exception>
    public async Task<IReadOnlyDictionary<CompanyIdentifier, string>> ResolveAsync(
        IReadOnlyDictionary<CompanyIdentifier, NewCompany> companies, CancellationToken cancellation)
    {
        await schema.ReadyAsync(cancellation);
        await RefreshAsync(cancellation);
        var resolved = new Dictionary<CompanyIdentifier, string>(companies.Count);
        var missing = new List<CompanyIdentifier>();
        foreach (var identifier in companies.Keys)
        {
            if (cache.TryGet(identifier, out var companyId))
            {
                resolved[identifier] = companyId;
            }
            else
            {
                missing.Add(identifier);
            }
        }

        if (missing.Count > 0)
        {
            Keep(await table.FindAsync(missing, cancellation), resolved);
            missing.RemoveAll(resolved.ContainsKey);
        }

        if (missing.Count > 0)
        {
            Keep(await table.AddAsync([.. missing.Select(i => companies[i])], cancellation), resolved);
            missing.ForEach(i => Note(companies[i]));
        }

        await RenameAsync(companies, resolved, cancellation);
        return resolved;
    }

    private async Task RenameAsync(
        IReadOnlyDictionary<CompanyIdentifier, NewCompany> companies, Dictionary<CompanyIdentifier, string> resolved,
        CancellationToken cancellation)
    {
        NewCompany[] other =
            [.. companies.Values.Where(c => c.Name is not null && !(names.TryGet(c.Identifier, out var name) && name == c.Name))];
        if (other.Length > 0)
        {
            await table.RenameAsync([.. other.Select(c => (resolved[c.Identifier], c.Name!))], cancellation);
            Array.ForEach(other, Note);
        }
    }

    private void Note(NewCompany company)
    {
        if (company.Name is { } name)
        {
            names.Set(company.Identifier, name);
        }
    }

    private void Keep(IReadOnlyList<Alias> found, Dictionary<CompanyIdentifier, string> resolved)
    {
        foreach (var (identifier, companyId, _) in found)
        {
            resolved[identifier] = companyId;
            cache.Set(identifier, companyId);
        }
    }

    private async Task RefreshAsync(CancellationToken cancellation)
    {
        if (seenUntil is not { } until)
        {
            seenUntil = await table.NowAsync(cancellation);
            looked = time.GetTimestamp();
            return;
        }

        if (time.GetElapsedTime(looked) < options.Value.AliasRefreshInterval)
        {
            return;
        }

        looked = time.GetTimestamp();
        foreach (var (identifier, companyId, addedAt) in await table.ChangedAsync(until - Overlap, cancellation))
        {
            cache.Update(identifier, companyId);
            seenUntil = addedAt > seenUntil ? addedAt : seenUntil;
        }
    }
}
