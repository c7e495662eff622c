using Jianwei.Core.Contracts;

namespace Jianwei.Featurizer.State;

/// <summary>One event as the state keeps it.</summary>
/// <param name="EventTime">Seconds since 1970.</param>
/// <param name="ObservedTime">Seconds since 1970; never before <paramref name="EventTime"/>.</param>
/// <param name="Type">What happened.</param>
/// <param name="Amount">NaN where there is none.</param>
/// <param name="Id">The upper 40 bits of the event id.</param>
public readonly record struct EventRecord(uint EventTime, uint ObservedTime, EventType Type, float Amount, ulong Id)
{
    public int EventDay => (int)(EventTime / Days.Seconds);

    public int ObservedDay => (int)(ObservedTime / Days.Seconds);

    /// <summary>The record of an event.</summary>
    public static EventRecord Of(CompanyEvent e)
    {
        var observed = Days.SecondsOf(e.ObservedTime);
        return new(
            Math.Min(Days.SecondsOf(e.EventTime), observed), observed, e.Type,
            e.Amount is { } amount ? (float)amount : float.NaN, IdOf(e.EventId));
    }

    /// <summary>The upper 40 of the id's 64 bits: within one company's year a chance collision is below one in a million.</summary>
    public static ulong IdOf(string eventId) =>
        IdOf(ulong.Parse(eventId, System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture));

    internal static ulong IdOf(ulong eventId) => eventId >> 24;
}
