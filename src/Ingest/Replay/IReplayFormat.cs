namespace Jianwei.Ingest.Replay;

/// <summary>A kind of file that can be replayed as raw messages.</summary>
public interface IReplayFormat
{
    /// <summary>The word before the colon of <c>jianwei replay format:path</c>.</summary>
    string Name { get; }

    /// <summary>The file's messages in its own order; a line that cannot be read is a refused row.</summary>
    /// <exception cref="InvalidDataException">The file as a whole is not of this format.</exception>
    IEnumerable<ReplayRow> Read(TextReader file);
}

/// <summary>The formats there are.</summary>
public static class ReplayFormats
{
    public static IReadOnlyList<IReplayFormat> All { get; } = [new NdjsonFormat(), new WarnFormat(), new YcFormat()];

    /// <exception cref="FormatException">There is no such format.</exception>
    public static IReplayFormat Get(string name) => All.FirstOrDefault(f => f.Name == name)
        ?? throw new FormatException($"'{name}' is no format of replay; allowed: {string.Join(", ", All.Select(f => f.Name))}");
}
