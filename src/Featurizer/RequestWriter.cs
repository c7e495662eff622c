using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Jianwei.Core.Contracts;
using Jianwei.Featurizer.State;
using Jianwei.Featurizer.Windows;

namespace Jianwei.Featurizer;

/// <summary>
/// Writes the score request of a company's state, features included: byte for byte what <see cref="Wire"/> writes of a
/// <see cref="ScoreRequest"/>, without making one. One writer belongs to one thread.
/// </summary>
public sealed class RequestWriter : IDisposable
{
    private readonly FeatureReader reader;
    private readonly float[] vector;
    private readonly string catalogue;
    private readonly ArrayBufferWriter<byte> buffer = new(4_096);
    private readonly Utf8JsonWriter json;

    public RequestWriter(FeaturePlan plan)
    {
        reader = new(plan);
        vector = new float[plan.Catalogue.Count];
        catalogue = plan.Catalogue.Hash;
        json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
    }

    /// <summary>The request after an event has been applied.</summary>
    public byte[] Write(CompanyEvent e, CompanyState state)
    {
        reader.Read(state, vector);
        buffer.ResetWrittenCount();
        json.Reset(buffer);
        json.WriteStartObject();
        json.WriteNumber("schema_version"u8, 1);
        json.WriteString("company_id"u8, e.CompanyId);
        Optional("company_name"u8, e.CompanyName);
        json.WriteNumber("state_version"u8, (long)state.Version);
        json.WriteString("as_of"u8, Days.TimeOf(state.StreamTime));
        json.WriteString("catalogue"u8, catalogue);
        json.WriteBase64String("features"u8, MemoryMarshal.AsBytes(vector.AsSpan()));
        if (state.TextHash != 0)
        {
            json.WriteString("text_hash"u8, state.TextHash.ToString("x16", CultureInfo.InvariantCulture));
        }

        if (e.Type != EventType.Tick)
        {
            WriteEvent(e);
        }

        json.WriteString("accepted_time"u8, e.AcceptedTime);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <inheritdoc/>
    public void Dispose() => json.Dispose();

    private void WriteEvent(CompanyEvent e)
    {
        json.WriteStartObject("event"u8);
        json.WriteString("event_id"u8, e.EventId);
        json.WriteString("type"u8, EventTypes.Name(e.Type));
        json.WriteString("event_time"u8, e.EventTime);
        json.WriteString("observed_time"u8, e.ObservedTime);
        if (e.Amount is { } amount)
        {
            json.WriteNumber("amount"u8, amount);
        }

        Optional("unit"u8, e.Unit);
        json.WriteString("source"u8, e.Source);
        json.WriteString("source_event_id"u8, e.SourceEventId);
        Optional("summary"u8, e.Summary);
        json.WriteEndObject();
    }

    private void Optional(ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
