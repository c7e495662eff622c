using System.Runtime.InteropServices;
using Jianwei.Core.Contracts;

namespace Jianwei.Featurizer.State;

/// <summary>What became of an event.</summary>
public enum Applied
{
    /// <summary>It changed the state.</summary>
    Yes,

    /// <summary>The log was read again: this offset is in the state already.</summary>
    Before,

    /// <summary>An event with the same id is in the state.</summary>
    Duplicate,

    /// <summary>It was observed before everything whose identity the state still knows, so it cannot be told from a duplicate.</summary>
    Expired,

    /// <summary>A tick that is not later than stream time, or for a company that is not known.</summary>
    StaleTick,
}

/// <summary>
/// The rolling state of one company: a pure function of its part of the <c>events</c> log, whatever the batches were.
/// </summary>
/// <remarks>
/// Records are kept in order of (observed time, arrival) for <see cref="Retention"/> days after they were observed, so
/// every event inside the longest window is there (an event is never observed before it happens), and so is the identity of
/// every event that may still be repeated. What leaves goes into lifetime cells. A company with more than
/// <see cref="RecordLimit"/> records has its older half folded into daily cells; from then on an event observed at or before
/// <see cref="FoldedThrough"/> counts as expired.
/// </remarks>
public sealed class CompanyState
{
    /// <summary>Days that a record stays after it was observed: the longest window of the catalogue.</summary>
    public const int Retention = 365;

    /// <summary>Records beyond which the older half is folded.</summary>
    public const int RecordLimit = 1_000;

    // All on one day: folding would make their neighbours of the same second expire, so wait until this many.
    private const int HardRecordLimit = 8 * RecordLimit;

    private readonly List<EventRecord> records = [];

    // Most companies have neither.
    private List<Cell>? days;
    private List<Cell>? lifetime;

    /// <summary>Events and ticks applied so far.</summary>
    public uint Version { get; internal set; }

    /// <summary>Partition of the last applied message.</summary>
    public ushort Partition { get; internal set; }

    /// <summary>Offset of the last applied message.</summary>
    public long Offset { get; internal set; } = -1;

    /// <summary>Largest observed time of an applied event or tick, in seconds since 1970. Features are as of this time.</summary>
    public uint StreamTime { get; internal set; }

    /// <summary>Largest observed time that has been folded; 0 where nothing has.</summary>
    public uint FoldedThrough { get; internal set; }

    /// <summary>One bit for each source heard of, at the source's hash modulo 16.</summary>
    public ushort Sources { get; internal set; }

    /// <summary>Hash of the company's text, 0 where it has none.</summary>
    public ulong TextHash { get; set; }

    public int StreamDay => (int)(StreamTime / Days.Seconds);

    /// <summary>Records that there is memory for.</summary>
    internal int Capacity => records.Capacity;

    public ReadOnlySpan<EventRecord> Records => CollectionsMarshal.AsSpan(records);

    /// <summary>Folded days, by day and type.</summary>
    public ReadOnlySpan<Cell> DayCells => CollectionsMarshal.AsSpan(days);

    /// <summary>All that has left the records and the days, by type.</summary>
    public ReadOnlySpan<Cell> LifetimeCells => CollectionsMarshal.AsSpan(lifetime);

    /// <summary>Applies the message at (partition, offset). Anything but <see cref="Applied.Yes"/> leaves the state as it was.</summary>
    public Applied Apply(CompanyEvent e, int partition, long offset)
    {
        if (Version > 0 && partition == Partition && offset <= Offset)
        {
            return Applied.Before;
        }

        return e.Type == EventType.Tick
            ? Tick(Days.SecondsOf(e.ObservedTime), partition, offset)
            : Add(EventRecord.Of(e), e.Source, partition, offset);
    }

    /// <summary>The same of an event, or tick, that has been made a record.</summary>
    public Applied Apply(in EventRecord record, string source, int partition, long offset)
    {
        if (Version > 0 && partition == Partition && offset <= Offset)
        {
            return Applied.Before;
        }

        return record.Type == EventType.Tick ? Tick(record.ObservedTime, partition, offset) : Add(record, source, partition, offset);
    }

    /// <summary>Makes it the state of a company that nothing is known of; the memory of its records stays.</summary>
    internal void Clear()
    {
        (Version, Partition, Offset, StreamTime, FoldedThrough, Sources, TextHash) = (0, 0, -1, 0, 0, 0, 0);
        records.Clear();
        (days, lifetime) = (null, null);
    }

    /// <summary>Makes room for that many records, to be filled by the caller.</summary>
    internal Span<EventRecord> Load(int count)
    {
        // One more: a state is read because an event is to be added.
        records.EnsureCapacity(count + 1);
        CollectionsMarshal.SetCount(records, count);
        return CollectionsMarshal.AsSpan(records);
    }

    /// <summary>Makes room for that many folded days.</summary>
    internal Span<Cell> LoadDays(int count) => Room(ref days, count);

    /// <summary>Makes room for that many lifetime cells.</summary>
    internal Span<Cell> LoadLifetime(int count) => Room(ref lifetime, count);

    private static Span<Cell> Room(ref List<Cell>? cells, int count)
    {
        if (count == 0)
        {
            return [];
        }

        cells = new(count);
        CollectionsMarshal.SetCount(cells, count);
        return CollectionsMarshal.AsSpan(cells);
    }

    /// <summary>The bit of <see cref="Sources"/> that stands for a source: the sum of its UTF-16 units modulo 16.</summary>
    public static ushort SourceBit(string source)
    {
        var sum = 0;
        foreach (var c in source)
        {
            sum += c;
        }

        return (ushort)(1 << (sum & 15));
    }

    private Applied Tick(uint time, int partition, long offset)
    {
        if (Version == 0 || time <= StreamTime)
        {
            return Applied.StaleTick;
        }

        Advance(time, partition, offset);
        return Applied.Yes;
    }

    private Applied Add(EventRecord record, string source, int partition, long offset)
    {
        if (Knows(record.Id))
        {
            return Applied.Duplicate;
        }

        if (record.ObservedDay <= StreamDay - Retention || (FoldedThrough > 0 && record.ObservedTime <= FoldedThrough))
        {
            return Applied.Expired;
        }

        var at = records.Count;
        while (at > 0 && records[at - 1].ObservedTime > record.ObservedTime)
        {
            at--;
        }

        records.Insert(at, record);
        Sources |= SourceBit(source);
        Advance(Math.Max(StreamTime, record.ObservedTime), partition, offset);
        return Applied.Yes;
    }

    private bool Knows(ulong id)
    {
        foreach (ref readonly var record in Records)
        {
            if (record.Id == id)
            {
                return true;
            }
        }

        return false;
    }

    private void Advance(uint time, int partition, long offset)
    {
        StreamTime = time;
        Version++;
        Partition = (ushort)partition;
        Offset = offset;
        Expire();
        if (records.Count > RecordLimit)
        {
            Fold();
        }
    }

    private void Expire()
    {
        var oldest = StreamDay - Retention;
        var gone = 0;
        while (gone < records.Count && records[gone].ObservedDay <= oldest)
        {
            Into(lifetime ??= [], 0, records[gone].Type).Add(records[gone]);
            gone++;
        }

        records.RemoveRange(0, gone);
        if (days is null)
        {
            return;
        }

        var goneDays = 0;
        while (goneDays < days.Count && days[goneDays].Day <= oldest)
        {
            Into(lifetime ??= [], 0, days[goneDays].Type).Add(days[goneDays].Tally);
            goneDays++;
        }

        days.RemoveRange(0, goneDays);
    }

    private void Fold()
    {
        var through = records[records.Count / 2].ObservedTime;
        if (through == StreamTime)
        {
            var earlier = records.FindLastIndex(r => r.ObservedTime < StreamTime);
            if (earlier < 0 && records.Count < HardRecordLimit)
            {
                return;
            }

            through = earlier < 0 ? StreamTime : records[earlier].ObservedTime;
        }

        var folded = records.FindLastIndex(r => r.ObservedTime <= through) + 1;
        var oldest = StreamDay - Retention;
        foreach (ref readonly var record in Records[..folded])
        {
            if (record.EventDay <= oldest)
            {
                Into(lifetime ??= [], 0, record.Type).Add(record);
            }
            else
            {
                Into(days ??= [], (ushort)record.EventDay, record.Type).Add(record);
            }
        }

        records.RemoveRange(0, folded);
        FoldedThrough = through;
    }

    private static ref Tally Into(List<Cell> cells, ushort day, EventType type)
    {
        var order = (day << 8) | (byte)type;
        var at = cells.Count;
        while (at > 0 && cells[at - 1].Order > order)
        {
            at--;
        }

        if (at == 0 || cells[at - 1].Order != order)
        {
            cells.Insert(at, new Cell(day, type, Tally.Empty));
            at++;
        }

        return ref CollectionsMarshal.AsSpan(cells)[at - 1].Tally;
    }
}
