using System.Globalization;
using Jianwei.Core.Contracts;

namespace Jianwei.Ingest.DeadLetters;

/// <summary>Where a dead letter lies in its topic: <c>partition:offset</c>.</summary>
public readonly record struct DeadLetterId(int Partition, long Offset)
{
    /// <exception cref="FormatException">It is not <c>partition:offset</c>.</exception>
    public static DeadLetterId Parse(string text)
    {
        var parts = text.Split(':');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? new(partition, offset)
            : throw new FormatException(
                $"'{text}' is not the id of a dead letter; allowed: PARTITION:OFFSET, as `dead-letters list` shows it");
    }

    public override string ToString() => $"{Partition}:{Offset}";
}

/// <summary>A dead letter and its place.</summary>
public sealed record StoredDeadLetter(DeadLetterId Id, DeadLetter Letter);
