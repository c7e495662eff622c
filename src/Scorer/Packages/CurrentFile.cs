using System.Text;

namespace Jianwei.Scorer.Packages;

/// <summary>
/// <c>models/&lt;name&gt;/CURRENT</c>: one line with the version that serves. Always whole: written beside itself, then renamed.
/// </summary>
internal static class CurrentFile
{
    private const string FileName = "CURRENT";

    /// <summary>The version, or null where there is no such file or it is empty.</summary>
    public static string? Read(string modelDirectory)
    {
        try
        {
            var text = File.ReadAllText(Path.Combine(modelDirectory, FileName), Encoding.UTF8).Trim();
            return text.Length == 0 ? null : text;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public static void Write(string modelDirectory, string version)
    {
        var temporary = Path.Combine(modelDirectory, $".{FileName}.{Guid.NewGuid():N}");
        using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
        {
            stream.Write(Encoding.UTF8.GetBytes(version + "\n"));
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, Path.Combine(modelDirectory, FileName), overwrite: true);
    }
}
