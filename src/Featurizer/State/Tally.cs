namespace Jianwei.Featurizer.State;

/// <summary>Number and days of a set of events; 8 bytes.</summary>
public struct DayTally
{
    public uint Count;

    /// <summary>Event day of the oldest event.</summary>
    public ushort First;

    /// <summary>Event day of the newest event.</summary>
    public ushort Last;

    public static DayTally Empty => new() { First = ushort.MaxValue };

    public void Add(ushort day)
    {
        Count++;
        First = Math.Min(First, day);
        Last = Math.Max(Last, day);
    }

    public void Add(in DayTally other)
    {
        Count += other.Count;
        First = Math.Min(First, other.First);
        Last = Math.Max(Last, other.Last);
    }
}

/// <summary>The amounts of a set of events.</summary>
public struct AmountTally
{
    /// <summary>Events that have an amount.</summary>
    public uint Count;

    public double Sum;

    /// <summary>Largest amount; negative infinity where there is none.</summary>
    public float Max;

    /// <summary>Amount of the newest event that has one; of several in one second the largest.</summary>
    public float Last;

    /// <summary>Event time of <see cref="Last"/>.</summary>
    public uint LastTime;

    public static AmountTally Empty => new() { Max = float.NegativeInfinity };

    public void Add(float amount, uint time)
    {
        if (Count++ == 0 || Newer(time, amount))
        {
            Last = amount;
            LastTime = time;
        }

        Sum += amount;
        Max = Math.Max(Max, amount);
    }

    public void Add(in AmountTally other)
    {
        if (other.Count == 0)
        {
            return;
        }

        if (Count == 0 || Newer(other.LastTime, other.Last))
        {
            Last = other.Last;
            LastTime = other.LastTime;
        }

        Count += other.Count;
        Sum += other.Sum;
        Max = Math.Max(Max, other.Max);
    }

    private readonly bool Newer(uint time, float amount) => time > LastTime || (time == LastTime && amount > Last);
}

/// <summary>
/// Aggregates of a set of events that can be merged without the events, in any order.
/// </summary>
public struct Tally
{
    public DayTally Days;
    public AmountTally Amounts;

    public static Tally Empty => new() { Days = DayTally.Empty, Amounts = AmountTally.Empty };

    public void Add(in EventRecord record)
    {
        Days.Add((ushort)record.EventDay);
        if (!float.IsNaN(record.Amount))
        {
            Amounts.Add(record.Amount, record.EventTime);
        }
    }

    public void Add(in Tally other)
    {
        Days.Add(other.Days);
        Amounts.Add(other.Amounts);
    }
}
