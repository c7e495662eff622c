using System.Globalization;
using Dapper;
using Npgsql;

namespace Jianwei.Alerts.Scores;

/// <summary>Month partitions of table <c>scores</c>, made when stream time first needs them.</summary>
/// <remarks>
/// A partition is made apart and attached, which lets other writers go on (creating it in place would lock the table), and in
/// a transaction of its own before the batch's, so that nothing is locked while it waits.
/// </remarks>
public sealed class ScorePartitions(NpgsqlDataSource source)
{
    private const long Lock = 0x6a69616e77656970;
    private readonly HashSet<int> known = [];

    /// <summary>Makes sure that rows of these times can be inserted. Called by one thread at a time.</summary>
    public async Task EnsureAsync(IEnumerable<DateTimeOffset> times, CancellationToken cancellation)
    {
        var missing = times.Select(t => (t.UtcDateTime.Year * 12) + t.UtcDateTime.Month - 1)
            .Where(m => !known.Contains(m)).Distinct().Order().ToList();
        if (missing.Count == 0)
        {
            return;
        }

        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await connection.ExecuteAsync("select pg_advisory_xact_lock(@Lock)", new { Lock }, transaction);
        var present = (await connection.QueryAsync<string>(
            "select inhrelid::regclass::text from pg_inherits where inhparent = 'scores'::regclass", transaction: transaction)).ToHashSet();
        foreach (var month in missing.Where(m => !present.Contains(Name(m))))
        {
            await connection.ExecuteAsync(
                $"""
                create table {Name(month)} (like scores including all);
                alter table scores attach partition {Name(month)} for values from ('{Start(month)}') to ('{Start(month + 1)}')
                """,
                transaction: transaction);
        }

        await transaction.CommitAsync(cancellation);
        known.UnionWith(missing);
    }

    private static string Name(int month) => string.Create(CultureInfo.InvariantCulture, $"scores_{month / 12:0000}_{(month % 12) + 1:00}");

    private static string Start(int month) =>
        string.Create(CultureInfo.InvariantCulture, $"{month / 12:0000}-{(month % 12) + 1:00}-01 00:00:00+00");
}
