using Jianwei.Core.Models;

namespace Jianwei.Scorer.Packages;

/// <summary>One package folder of the store, verified or not.</summary>
/// <param name="Name">Folder under the store.</param>
/// <param name="Version">Folder under the name.</param>
/// <param name="Directory">Where it is.</param>
/// <param name="IsCurrent">Whether the name's <c>CURRENT</c> points to it.</param>
/// <param name="Manifest">Its manifest, or null where that cannot be read.</param>
/// <param name="Problem">Why it may not serve, in a sentence; null when nothing is known against it.</param>
public sealed record ModelEntry(string Name, string Version, string Directory, bool IsCurrent, ModelManifest? Manifest, string? Problem)
{
    public string Id => $"{Name}/{Version}";
}
