using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Jianwei.Featurizer.Export;

/// <summary>Reads an export folder back, with a reader of <c>.npy</c> of its own.</summary>
internal sealed partial record ExportReading(JsonElement Manifest, IReadOnlyList<ExportedRow> Rows)
{
    public static ExportReading Of(string folder)
    {
        var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "manifest.json"))).RootElement;
        var companies = File.ReadAllLines(Path.Combine(folder, "company.txt"));
        var (features, width) = Npy<float>(folder, "features.npy", "<f4");
        var (labels, _) = Npy<sbyte>(folder, "label.npy", "|i1");
        var (censored, _) = Npy<sbyte>(folder, "censored.npy", "|i1");
        var (asOf, _) = Npy<long>(folder, "as_of.npy", "<i8");
        Assert.Equal((companies.Length, companies.Length, companies.Length), (labels.Length, censored.Length, asOf.Length));
        return new(manifest, [.. companies.Select((c, i) =>
            new ExportedRow(
                c, DateTimeOffset.FromUnixTimeSeconds(asOf[i]), labels[i], censored[i] == 1, features[(i * width)..((i + 1) * width)]))]);
    }

    public static (T[] Values, int Width) Npy<T>(string folder, string name, string type)
        where T : unmanaged
    {
        var bytes = File.ReadAllBytes(Path.Combine(folder, name));
        Assert.Equal([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0], bytes[..8]);
        var header = Encoding.ASCII.GetString(bytes, 10, BitConverter.ToUInt16(bytes, 8));
        Assert.EndsWith("\n", header);
        var match = Shape().Match(header);
        Assert.Equal(type, match.Groups["type"].Value);
        var width = match.Groups["width"].Success ? int.Parse(match.Groups["width"].Value) : 1;
        var values = MemoryMarshal.Cast<byte, T>(bytes.AsSpan(10 + header.Length)).ToArray();
        Assert.Equal(int.Parse(match.Groups["rows"].Value) * width, values.Length);
        return (values, width);
    }

    [GeneratedRegex(@"^\{'descr': '(?<type>[^']+)', 'fortran_order': False, 'shape': \((?<rows>\d+),( (?<width>\d+))?\), \}")]
    private static partial Regex Shape();
}

internal sealed record ExportedRow(string Company, DateTimeOffset AsOf, sbyte Label, bool Censored, float[] Features);
