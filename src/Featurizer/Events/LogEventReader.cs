using System.Globalization;
using System.Text;
using Jianwei.Core.Contracts;
using Jianwei.Featurizer.State;

namespace Jianwei.Featurizer.Events;

/// <summary>
/// Reads messages of topic <c>events</c>: those in Wire's own layout in one quick pass, all others through
/// <see cref="EventReader"/>, which also says why one is refused. One reader belongs to one thread.
/// </summary>
public sealed class LogEventReader
{
    // Far above the number of sources of any feed; names beyond it are made anew now and then.
    private const int SourceLimit = 1_000;

    private static readonly Dictionary<byte[], EventType>.AlternateLookup<ReadOnlySpan<byte>> Types =
        EventTypes.All.ToDictionary(t => Encoding.UTF8.GetBytes(EventTypes.Name(t)), Utf8Comparer.Instance)
            .GetAlternateLookup<ReadOnlySpan<byte>>();

    private readonly Dictionary<byte[], string> sources = new(Utf8Comparer.Instance);

    /// <summary>The event; or false with the reason why it is refused.</summary>
    /// <param name="message">The message's value.</param>
    /// <param name="latest">From <see cref="EventTimes.Latest"/>.</param>
    /// <param name="e">The event.</param>
    /// <param name="problem">The reason, or empty.</param>
    public bool TryRead(byte[] message, DateTimeOffset latest, out LogEvent e, out string problem)
    {
        problem = "";
        if (TryReadQuickly(message, latest, out e))
        {
            return true;
        }

        if (EventReader.TryRead(message, latest, out problem) is not { } read)
        {
            return false;
        }

        e = LogEvent.Of(read);
        return true;
    }

    /// <summary>False where it takes a closer look; true only for what <see cref="EventReader"/> takes too.</summary>
    internal bool TryReadQuickly(byte[] message, DateTimeOffset latest, out LogEvent e)
    {
        e = default;
        if (message is not { Length: <= EventReader.SizeLimit }
            || !EventLayout.TryRead(message, written: false, out var parts) || !parts.Ends
            || parts.CompanyId.Length is 0 or > EventReader.IdLimit || parts.Source.IsEmpty || parts.Source.Contains((byte)';')
            || parts.EventId.Length != 16
            || !ulong.TryParse(parts.EventId, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id)
            || !Types.TryGetValue(parts.Type, out var type)
            || !CanonicalValues.TryAmount(parts.Amount, out var amount) || float.IsInfinity(amount)
            || !CanonicalValues.TryTime(parts.EventTime, out var eventTime)
            || !CanonicalValues.TryTime(parts.ObservedTime, out var observed)
            || !CanonicalValues.TryTime(parts.AcceptedTime, out _)

            // To the second: what is nearer to a bound takes a closer look. Times in this form sort as texts.
            || eventTime == 0 || observed >= latest.ToUnixTimeSeconds() || parts.EventTime.SequenceCompareTo(parts.ObservedTime) > 0)
        {
            return false;
        }

        var company = message.AsMemory(parts.Cuts.EventId + ",\"company_id\":\""u8.Length, parts.CompanyId.Length);
        var record = new EventRecord(Math.Min(eventTime, observed), observed, type, amount, EventRecord.IdOf(id));
        e = new(company, record, eventTime, SourceOf(parts.Source), null, message, parts.Cuts);
        return true;
    }

    private string SourceOf(ReadOnlySpan<byte> name)
    {
        var lookup = sources.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (lookup.TryGetValue(name, out var source))
        {
            return source;
        }

        if (sources.Count >= SourceLimit)
        {
            sources.Clear();
        }

        return lookup[name] = Encoding.UTF8.GetString(name);
    }
}
