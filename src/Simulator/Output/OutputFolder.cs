namespace Jianwei.Simulator.Output;

/// <summary>A folder that is written beside its place and moved there when complete: a reader finds a whole simulation or none.</summary>
internal sealed class OutputFolder : IDisposable
{
    /// <summary>Written last.</summary>
    public const string ManifestName = "manifest.json";

    /// <summary>Of the events, before <c>.gz</c>.</summary>
    public const string EventsName = "events.ndjson";

    private readonly string place;
    private readonly string partial;
    private bool complete;

    /// <exception cref="IOException">The folder holds something that is not a simulation.</exception>
    public OutputFolder(string folder)
    {
        place = Path.GetFullPath(folder).TrimEnd(Path.DirectorySeparatorChar);
        partial = place + ".partial";
        if (Directory.Exists(place) && Directory.EnumerateFileSystemEntries(place).Any()
            && !(File.Exists(Path.Combine(place, ManifestName)) && Directory.EnumerateFiles(place, EventsName + "*").Any()))
        {
            throw new IOException(
                $"{place} holds files but no {ManifestName} with {EventsName}, so it is not a simulation and is not replaced; choose another folder");
        }

        Delete(partial);
        Directory.CreateDirectory(partial);
    }

    /// <summary>The path of a file while it is written.</summary>
    public string In(params ReadOnlySpan<string> names)
    {
        var path = Path.Combine([partial, .. names]);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    /// <summary>Puts the folder in its place.</summary>
    public void Complete()
    {
        Delete(place);
        Directory.Move(partial, place);
        complete = true;
    }

    public void Dispose()
    {
        if (!complete)
        {
            Delete(partial);
        }
    }

    private static void Delete(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    }
}
