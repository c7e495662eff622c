using System.Globalization;

namespace Jianwei.Featurizer.Store;

/// <summary>The largest observed time of each source in one partition, in seconds since 1970; written as <c>source=seconds;…</c>.</summary>
public sealed class Watermarks
{
    private readonly SortedDictionary<string, uint> sources = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, uint> Sources => sources;

    public static Watermarks Parse(string? text)
    {
        var watermarks = new Watermarks();
        foreach (var part in (text ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            var at = part.LastIndexOf('=');
            watermarks.sources[part[..at]] = uint.Parse(part.AsSpan(at + 1), CultureInfo.InvariantCulture);
        }

        return watermarks;
    }

    public void Observe(string source, uint time)
    {
        if (!sources.TryGetValue(source, out var known) || time > known)
        {
            sources[source] = time;
        }
    }

    public override string ToString() =>
        string.Join(';', sources.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Key}={s.Value}")));
}
