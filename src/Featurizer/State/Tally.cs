namespace Jianwei.Featurizer.State;

/// <summary>
/// Aggregates of a set of events that can be merged without the events, in any order.
/// </summary>
public struct Tally
{
    public uint Count;

    /// <summary>Events that have an amount.</summary>
    public uint Amounts;

    public double Sum;

    /// <summary>Largest amount; negative infinity where there is none.</summary>
    public float Max;

    /// <summary>Amount of the newest event that has one; of several in one second the largest.</summary>
    public float Last;

    /// <summary>Event time of <see cref="Last"/>.</summary>
    public uint LastTime;

    /// <summary>Event day of the oldest event.</summary>
    public ushort FirstDay;

    /// <summary>Event day of the newest event.</summary>
    public ushort LastDay;

    public static Tally Empty => new() { Max = float.NegativeInfinity, FirstDay = ushort.MaxValue };

    public void Add(in EventRecord record)
    {
        AddDay((ushort)record.EventDay);
        if (!float.IsNaN(record.Amount))
        {
            AddAmount(record.Amount, record.EventTime);
        }
    }

    /// <summary>Adds an event, but not its amount.</summary>
    public void AddDay(ushort day)
    {
        Count++;
        FirstDay = Math.Min(FirstDay, day);
        LastDay = Math.Max(LastDay, day);
    }

    /// <summary>Adds the amount of an event that has been added.</summary>
    public void AddAmount(float amount, uint time)
    {
        if (Amounts++ == 0 || Newer(time, amount))
        {
            Last = amount;
            LastTime = time;
        }

        Sum += amount;
        Max = Math.Max(Max, amount);
    }

    public void Add(in Tally other)
    {
        if (other.Amounts > 0 && (Amounts == 0 || Newer(other.LastTime, other.Last)))
        {
            Last = other.Last;
            LastTime = other.LastTime;
        }

        AddDays(other);
        Amounts += other.Amounts;
        Sum += other.Sum;
        Max = Math.Max(Max, other.Max);
    }

    /// <summary>Adds events, but not their amounts.</summary>
    public void AddDays(in Tally other)
    {
        Count += other.Count;
        FirstDay = Math.Min(FirstDay, other.FirstDay);
        LastDay = Math.Max(LastDay, other.LastDay);
    }

    private readonly bool Newer(uint time, float amount) => time > LastTime || (time == LastTime && amount > Last);
}
