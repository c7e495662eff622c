using Npgsql;
using NpgsqlTypes;

namespace Jianwei.Alerts.Scores;

/// <summary>Commands whose parameters are columns of rows.</summary>
internal static class Sql
{
    /// <summary>A command with positional parameters $1, $2, …</summary>
    public static NpgsqlBatchCommand Command(string text, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlBatchCommand(text);
        foreach (var value in values)
        {
            command.Parameters.Add(value switch
            {
                NpgsqlParameter parameter => parameter,
                // Said, because Npgsql guesses the type by the first element, and a null has no kind.
                DateTime?[] or DateTime[] =>
                    new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz, Value = value },
                _ => new NpgsqlParameter { Value = value },
            });
        }

        return command;
    }

    /// <summary>One column of the rows, as an array.</summary>
    public static TValue[] Column<TRow, TValue>(this IReadOnlyList<TRow> rows, Func<TRow, TValue> value)
    {
        var column = new TValue[rows.Count];
        for (var i = 0; i < column.Length; i++)
        {
            column[i] = value(rows[i]);
        }

        return column;
    }
}
