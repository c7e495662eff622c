using System.Text.Encodings.Web;

namespace Jianwei.Featurizer.Events;

/// <summary>
/// The parts of an event in the layout that <see cref="Core.Contracts.Wire"/> writes: its fields in its order, no spaces.
/// <code>
/// {"schema_version":1,"event_id":"…"|,"company_id":"…"[,"company_name":"…"]|,"type":"…","event_time":"…","observed_time":"…"|
/// ,"accepted_time":"…"|[,"amount":…][,"unit":"…"],"source":"…","source_event_id":"…"[,"summary":"…"]|[,"text":…]}
/// </code>
/// </summary>
internal ref struct EventLayout
{
    public EventCuts Cuts;
    public ReadOnlySpan<byte> EventId;
    public ReadOnlySpan<byte> CompanyId;
    public ReadOnlySpan<byte> Type;
    public ReadOnlySpan<byte> EventTime;
    public ReadOnlySpan<byte> ObservedTime;
    public ReadOnlySpan<byte> AcceptedTime;
    public ReadOnlySpan<byte> Amount;
    public ReadOnlySpan<byte> Source;

    /// <summary>Nothing follows the cuts: there is no text.</summary>
    public bool Ends;

    private readonly ReadOnlySpan<byte> json;
    private readonly bool written;
    private int at;

    private EventLayout(ReadOnlySpan<byte> json, bool written)
    {
        this.json = json;
        this.written = written;
    }

    /// <summary>False where the layout is another.</summary>
    /// <param name="json">The event.</param>
    /// <param name="written">Wire has written it. Else texts must be such as it writes without an escape.</param>
    /// <param name="layout">The parts.</param>
    public static bool TryRead(ReadOnlySpan<byte> json, bool written, out EventLayout layout)
    {
        layout = new EventLayout(json, written);
        return layout.TakeHead() && layout.TakeTimes() && layout.TakeSource();
    }

    private bool TakeHead()
    {
        if (!TakeText("{\"schema_version\":1,\"event_id\":\""u8, out EventId))
        {
            return false;
        }

        Cuts.EventId = at;
        if (!TakeText(",\"company_id\":\""u8, out CompanyId))
        {
            return false;
        }

        // An optional field that cannot be taken is in the way of the next one that must be.
        TakeText(",\"company_name\":\""u8, out _);
        Cuts.Company = at;
        return true;
    }

    private bool TakeTimes()
    {
        if (!TakeText(",\"type\":\""u8, out Type) || !TakeText(",\"event_time\":\""u8, out EventTime)
            || !TakeText(",\"observed_time\":\""u8, out ObservedTime))
        {
            return false;
        }

        Cuts.Times = at;
        var taken = TakeText(",\"accepted_time\":\""u8, out AcceptedTime);
        Cuts.Accepted = at;
        return taken;
    }

    private bool TakeSource()
    {
        TakeNumber(",\"amount\":"u8, out Amount);
        TakeText(",\"unit\":\""u8, out _);
        if (!TakeText(",\"source\":\""u8, out Source) || !TakeText(",\"source_event_id\":\""u8, out _))
        {
            return false;
        }

        TakeText(",\"summary\":\""u8, out _);
        Cuts.End = at;
        Ends = json[at..].SequenceEqual("}"u8);
        return true;
    }

    // The name comes with the quote that opens the text.
    private bool TakeText(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> content)
    {
        content = default;
        var rest = json[at..];
        if (!rest.StartsWith(name))
        {
            return false;
        }

        rest = rest[name.Length..];
        var length = written ? EndOfEscaped(rest) : rest.IndexOf((byte)'"');
        if (length < 0)
        {
            return false;
        }

        content = rest[..length];
        at += name.Length + length + 1;
        if (written || JavaScriptEncoder.UnsafeRelaxedJsonEscaping.FindFirstCharacterToEncodeUtf8(content) < 0)
        {
            return true;
        }

        at -= name.Length + length + 1;
        return false;
    }

    private static int EndOfEscaped(ReadOnlySpan<byte> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                return i;
            }

            i += text[i] == '\\' ? 1 : 0;
        }

        return -1;
    }

    // A source comes after it.
    private void TakeNumber(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> content)
    {
        content = default;
        var rest = json[at..];
        if (rest.StartsWith(name) && rest[name.Length..].IndexOf((byte)',') is > 0 and var length)
        {
            content = rest.Slice(name.Length, length);
            at += name.Length + length;
        }
    }
}

/// <summary>Where the groups of fields of an <see cref="EventLayout"/> end.</summary>
public record struct EventCuts(int EventId, int Company, int Times, int Accepted, int End);
