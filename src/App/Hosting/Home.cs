namespace Jianwei.App.Hosting;

/// <summary>Where the program's own files are: the nearest folder at or above the executable that has <c>schemas/features</c>.</summary>
internal static class Home
{
    public static string Directory { get; } = Find();

    public static string File(string path) => Path.Combine(Directory, path);

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("JIANWEI_HOME") is { Length: > 0 } home)
        {
            return Path.GetFullPath(home);
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.Directory.Exists(Path.Combine(folder.FullName, "schemas", "features")))
            {
                return folder.FullName;
            }
        }

        return Environment.CurrentDirectory;
    }
}
