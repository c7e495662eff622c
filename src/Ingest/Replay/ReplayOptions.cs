using System.Globalization;
using Jianwei.Core.Contracts.Raw;

namespace Jianwei.Ingest.Replay;

/// <summary>What to replay, and how fast.</summary>
public sealed record ReplayOptions
{
    public required IReplayFormat Format { get; init; }

    public required string Path { get; init; }

    /// <summary>How many times faster than the stream's own time; null is as fast as back-pressure allows.</summary>
    public double? Speed { get; init; }

    /// <summary>Stream time at the moment of the start, with a <see cref="Speed"/>; null is the first message's.</summary>
    public DateTimeOffset? Start { get; init; }

    /// <summary>Go on after the last acknowledged message of the same file to the same cluster.</summary>
    public bool Resume { get; init; }

    /// <summary>Only what was observed from then on.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only what was observed before then.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>At most so many messages.</summary>
    public long? Limit { get; init; }

    /// <summary>Nothing is sent while a stage is more messages behind than this. Offsets are committed once a second, so it also
    /// bounds the rate.</summary>
    public long LagLimit { get; init; } = 20_000;

    /// <summary>Stages that are waited for, in the order of the stream.</summary>
    public IReadOnlyList<string> Stages { get; init; } = StageLag.AllStages;

    /// <summary>Whether to wait at the end until those stages have handled everything.</summary>
    public bool Drain { get; init; }

    /// <summary>Folder of the files that remember positions.</summary>
    public string PositionFolder { get; init; } = System.IO.Path.Combine(".jianwei", "replay");

    /// <summary>Reads <c>format:path</c>.</summary>
    /// <exception cref="FormatException">It is not that, or there is no such format.</exception>
    public static (IReplayFormat Format, string Path) ParseSource(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && colon < text.Length - 1
            ? (ReplayFormats.Get(text[..colon]), text[(colon + 1)..])
            : throw new FormatException(
                $"'{text}' is not FORMAT:PATH, e.g. warn:samples/warn-2000.csv; formats: {string.Join(", ", ReplayFormats.All.Select(f => f.Name))}");
    }

    /// <summary>Reads <c>1000x</c>, <c>0.5</c> or <c>max</c> (null).</summary>
    /// <exception cref="FormatException">It is none of these.</exception>
    public static double? ParseSpeed(string text) =>
        text == "max" ? null
        : double.TryParse(text.EndsWith('x') ? text[..^1] : text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowThousands,
            CultureInfo.InvariantCulture, out var speed) && speed > 0
            ? speed
            : throw new FormatException($"speed '{text}' is not allowed: max, or a factor above 0 such as 1000x");

    /// <summary>Reads a date or date-time.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static DateTimeOffset ParseTime(string text) =>
        RawTime.TryParse(text, out var time) ? time
            : throw new FormatException($"'{text}' is not allowed: {RawTime.Shape}, {RawTime.Range}");
}
