using Jianwei.Core.Contracts;
using Jianwei.Core.Text;
using Jianwei.Featurizer.State;

namespace Jianwei.Featurizer.Export;

/// <summary>What the export knows of one company while the log is read: its state, and the rows whose label is still open.</summary>
internal sealed class CompanyHistory(string company, int number, uint firstObserved)
{
    private readonly Queue<OpenRow> open = new();

    public string Company { get; } = company;

    /// <summary>Its number in the export.</summary>
    public int Number { get; } = number;

    /// <summary>Its texts; stays empty where documents are left out.</summary>
    public CompanyText Text { get; } = new();

    /// <summary>Number of its newest event, or -1.</summary>
    public long LastEvent { get; set; } = -1;

    public CompanyState State { get; } = new();

    /// <summary>The next month start for which a row is due, in seconds since 1970.</summary>
    public uint NextMonth { get; private set; } = MonthStartFrom(firstObserved);

    /// <summary>An outcome has ended the company, and no cure has followed.</summary>
    public bool Ended { get; private set; }

    public void MonthDone() => NextMonth = MonthStartFrom(NextMonth + 1);

    /// <summary>A row of the present state was written.</summary>
    public void Opened(long row) => open.Enqueue(new(row, State.StreamTime));

    /// <summary>The outcome was observed: rows with an earlier as-of, by at most the horizon, are positive.</summary>
    public void Outcome(uint observed, uint horizon)
    {
        foreach (var row in open.Where(r => r.AsOf < observed && observed <= r.AsOf + (long)horizon))
        {
            row.Outcome = Math.Min(row.Outcome, observed);
        }
    }

    /// <summary>Takes the oldest row if its horizon ended before this time.</summary>
    public bool TryClose(long time, uint horizon, out OpenRow row)
    {
        if (open.TryPeek(out row!) && row.AsOf + (long)horizon < time)
        {
            open.Dequeue();
            return true;
        }

        return false;
    }

    /// <summary>Keeps <see cref="Ended"/> right.</summary>
    public void Note(EventType type) => Ended = type switch
    {
        EventType.OutcomeDefault or EventType.OutcomeBankruptcy or EventType.OutcomeExit or EventType.OutcomeClosure => true,
        EventType.OutcomeCured => false,
        _ => Ended,
    };

    // The first start of a month at or after a time.
    private static uint MonthStartFrom(uint seconds)
    {
        var time = Days.TimeOf(seconds);
        var start = new DateTimeOffset(time.Year, time.Month, 1, 0, 0, 0, TimeSpan.Zero);
        return Days.SecondsOf(start == time ? start : start.AddMonths(1));
    }
}

/// <summary>A row that is written and whose label may still change.</summary>
internal sealed class OpenRow(long row, uint asOf)
{
    public long Row { get; } = row;

    public uint AsOf { get; } = asOf;

    /// <summary>When the first outcome within the horizon was observed; the largest number where there is none.</summary>
    public uint Outcome { get; set; } = uint.MaxValue;

    public bool Positive => Outcome != uint.MaxValue;
}
