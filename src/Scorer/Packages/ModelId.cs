using System.Text.RegularExpressions;

namespace Jianwei.Scorer.Packages;

/// <summary><c>name/version</c> of a package; both are folder names.</summary>
public readonly partial record struct ModelId
{
    /// <exception cref="ModelRefusedException">A part is no folder name.</exception>
    public ModelId(string name, string version)
    {
        if (!FolderName.IsMatch(name) || !FolderName.IsMatch(version))
        {
            throw new ModelRefusedException($"'{name}/{version}': expected NAME/VERSION of letters, digits, '.', '_' and '-'");
        }

        (Name, Version) = (name, version);
    }

    public string Name { get; }

    public string Version { get; }

    [GeneratedRegex(@"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$")]
    private static partial Regex FolderName { get; }

    /// <exception cref="ModelRefusedException">The text is not of the form.</exception>
    public static ModelId Parse(string text) =>
        text.Split('/') is [var name, var version] ? new ModelId(name, version)
            : throw new ModelRefusedException($"'{text}': expected NAME/VERSION");

    public override string ToString() => $"{Name}/{Version}";
}
