using System.ComponentModel.DataAnnotations;
using Jianwei.Core.Hosting;

namespace Jianwei.Core.Sql;

/// <summary>Section <c>Postgres</c>.</summary>
public sealed class PostgresOptions
{
    /// <summary>Npgsql connection string, e.g. <c>Host=localhost;Username=jianwei;Database=jianwei</c>.</summary>
    [Required(
        ErrorMessage = "an Npgsql connection string such as Host=localhost;Database=jianwei (./jianwei up starts a server and sets it)")]
    [Confidential]
    public string ConnectionString { get; set; } = "";

    /// <summary>Whether the program brings the schema up to date when it starts. When false, an out-of-date schema stops it.</summary>
    public bool Migrate { get; set; } = true;
}
