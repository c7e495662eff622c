namespace Jianwei.Servers;

/// <summary>Where the work tree is that the running tests were built from.</summary>
public static class Repository
{
    /// <summary>The folder of <c>Jianwei.slnx</c>.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Jianwei.slnx")))
                return folder.FullName;
        throw new DirectoryNotFoundException($"no Jianwei.slnx in {AppContext.BaseDirectory} or above it");
    }
}
