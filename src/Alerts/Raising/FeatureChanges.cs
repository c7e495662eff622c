using System.Buffers.Binary;
using Jianwei.Core.Features;

namespace Jianwei.Alerts.Raising;

/// <summary>What moved between the two feature vectors of an alert.</summary>
/// <param name="Note">Why there are no groups, or null.</param>
/// <param name="Groups">Groups that changed, the most changed first.</param>
public sealed record FeatureChanges(string? Note, IReadOnlyList<GroupChange> Groups)
{
    /// <summary>Compares two vectors (float32 little-endian) feature by feature.</summary>
    /// <remarks>
    /// The size of a change is |asinh(after) − asinh(before)|: differences for small values, ratios for large ones, so that
    /// counts and amounts can be ranked together. A group is as changed as its most changed feature. Attribution to the
    /// model's output is another matter; this only says what moved.
    /// </remarks>
    public static FeatureChanges Between(
        ReadOnlySpan<byte> before, ReadOnlySpan<byte> after, IReadOnlyList<Feature> features, int groups, int perGroup)
    {
        var changes = new List<(string Group, FeatureChange Change)>();
        for (var i = 0; i < features.Count; i++)
        {
            var (from, to) = (At(before, i), At(after, i));
            if (from != to)
            {
                changes.Add((features[i].Group, new(features[i].Name, from, to, Math.Abs(Math.Asinh(to) - Math.Asinh(from)))));
            }
        }

        return new(null, [.. changes
            .GroupBy(c => c.Group, c => c.Change)
            .Select(g => Group(g.Key, [.. g], perGroup))
            .OrderByDescending(g => g.Size).ThenBy(g => g.Group, StringComparer.Ordinal)
            .Take(groups)]);
    }

    public static FeatureChanges None(string note) => new(note, []);

    private static GroupChange Group(string name, FeatureChange[] changes, int perGroup) => new(
        name,
        changes.Max(c => c.Size),
        [.. changes.OrderByDescending(c => c.Size).ThenBy(c => c.Name, StringComparer.Ordinal).Take(perGroup)]);

    // What is not finite cannot be written as JSON, and says no more than nothing does.
    private static float At(ReadOnlySpan<byte> vector, int index)
    {
        var value = BinaryPrimitives.ReadSingleLittleEndian(vector[(index * sizeof(float))..]);
        return float.IsFinite(value) ? value : 0;
    }
}

/// <param name="Size">That of the most changed feature.</param>
public sealed record GroupChange(string Group, double Size, IReadOnlyList<FeatureChange> Features);

/// <param name="Size">|asinh(after) − asinh(before)|.</param>
public sealed record FeatureChange(string Name, float Before, float After, double Size);
