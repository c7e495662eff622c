using Jianwei.Core.Contracts;

namespace Jianwei.Featurizer.State;

/// <summary>The events of one type on one event day (a daily cell), or of one type in all the past (a lifetime cell, day 0).</summary>
public struct Cell(ushort day, EventType type, Tally tally)
{
    public Tally Tally = tally;

    public ushort Day { get; } = day;

    public EventType Type { get; } = type;

    /// <summary>Cells are sorted by day, then by type.</summary>
    public readonly int Order => (Day << 8) | (byte)Type;
}
