using System.Text.Json;
using Jianwei.Core.Contracts;
using Jianwei.Featurizer.State;

namespace Jianwei.Featurizer;

/// <summary>Reads messages of topic <c>events</c>; what it refuses is dead-lettered by the stage and stepped over by a replay.</summary>
public static class EventReader
{
    /// <summary>The event, or null with the reason.</summary>
    public static CompanyEvent? TryRead(ReadOnlySpan<byte> bytes, out string problem)
    {
        try
        {
            var e = Wire.ReadEvent(bytes);
            _ = EventRecord.IdOf(e.EventId);
            problem = e.Type == EventType.None ? "type is none" : e.CompanyId.Length == 0 ? "company_id is empty" : "";
            return problem.Length == 0 ? e : null;
        }
        catch (Exception e) when (e is JsonException or FormatException or OverflowException)
        {
            problem = e.Message;
            return null;
        }
    }
}
