using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Jianwei.Core.Sql;

/// <summary>One forward step of the SQL schema: a file of <c>schemas/sql</c>, named <c>NNNN_name.sql</c>.</summary>
public sealed record Migration(int Version, string Name, string Sql)
{
    private const string Prefix = "Jianwei.Sql.";

    /// <summary>SHA-256 of the text (line ends as LF), lower-case hexadecimal.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    /// <summary>Those that this program carries, in order.</summary>
    public static IReadOnlyList<Migration> Embedded { get; } =
        [.. typeof(Migration).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(Read)
            .OrderBy(m => m.Version)];

    /// <summary><c>0001_companies</c>.</summary>
    public override string ToString() => $"{Version:0000}_{Name}";

    private static Migration Read(string resource)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        var file = Path.GetFileNameWithoutExtension(resource[Prefix.Length..]);
        var version = file[..file.IndexOf('_', StringComparison.Ordinal)];
        return new(int.Parse(version, CultureInfo.InvariantCulture), file[(version.Length + 1)..], reader.ReadToEnd());
    }
}
