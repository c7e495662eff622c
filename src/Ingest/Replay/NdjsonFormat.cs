using System.Buffers;
using System.Text;
using System.Text.Json;
using Jianwei.Core.Contracts.Raw;

namespace Jianwei.Ingest.Replay;

/// <summary>
/// Our own raw messages, one a line. A line may say its <c>"topic"</c>; else its fields do. Whether it is valid is left to
/// Ingest: what it refuses becomes a dead letter.
/// </summary>
public sealed class NdjsonFormat : IReplayFormat
{
    private static readonly string[] Topics = ["company-changes", "job-postings", "filings", "outcomes"];
    private static readonly HashSet<string> ChangeKinds = Kinds<CompanyChangeKind>();
    private static readonly HashSet<string> FilingKinds = Kinds<FilingKind>();

    /// <inheritdoc/>
    public string Name => "ndjson";

    /// <inheritdoc/>
    public IEnumerable<ReplayRow> Read(TextReader file)
    {
        for (long line = 1; file.ReadLine() is { } text; line++)
        {
            if (!string.IsNullOrWhiteSpace(text))
            {
                yield return Row(line, text);
            }
        }
    }

    private static ReplayRow Row(long line, string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return ReplayRow.Refused(line, "not a JSON object");
            }

            var topic = Text(root, "topic");
            if ((topic ?? Guess(root)) is not { } found || !Topics.Contains(found))
            {
                var kind = Text(root, "kind");
                return ReplayRow.Refused(line, topic is null
                    ? kind is not null && !FilingKinds.Contains(kind) && !ChangeKinds.Contains(kind)
                        ? $"kind is \"{kind}\"; allowed in company-changes: {string.Join(", ", ChangeKinds)}; in filings: {string.Join(", ", FilingKinds)}"
                        : $"its fields fit no topic or several; add \"topic\": one of {string.Join(", ", Topics)}"
                    : $"topic is \"{topic}\"; allowed: {string.Join(", ", Topics)}");
            }

            return new(line, Observed(root), found, Key(root), topic is null ? Encoding.UTF8.GetBytes(text) : WithoutTopic(root));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return ReplayRow.Refused(line, $"not JSON: {e.Message}");
        }
    }

    private static string? Guess(JsonElement root)
    {
        var kind = Text(root, "kind");
        return root.TryGetProperty("action", out _) || root.TryGetProperty("posting_id", out _) ? "job-postings"
            : root.TryGetProperty("date", out _) ? "outcomes"
            : kind is not null && FilingKinds.Contains(kind) && !ChangeKinds.Contains(kind) ? "filings"
            : kind is not null && ChangeKinds.Contains(kind) && !FilingKinds.Contains(kind) ? "company-changes"
            : Has(root, "field", "before", "after") ? "company-changes"
            : Has(root, "detail", "amount", "head_count", "role") ? "filings"
            : null;
    }

    private static bool Has(JsonElement root, params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
        {
            if (root.TryGetProperty(field, out _))
            {
                return true;
            }
        }

        return false;
    }

    private static DateTimeOffset? Observed(JsonElement root) =>
        Text(root, "observed_time") is { } text && RawTime.TryParse(text, out var time) ? time : null;

    private static string Key(JsonElement root) =>
        root.TryGetProperty("company", out var company) && company.ValueKind == JsonValueKind.Object
            && Text(company, "scheme") is { } scheme && Text(company, "id") is { } id
            ? $"{scheme}:{id}"
            : "unknown";

    private static string? Text(JsonElement value, string field) =>
        value.TryGetProperty(field, out var found) && found.ValueKind == JsonValueKind.String ? found.GetString() : null;

    private static byte[] WithoutTopic(JsonElement root)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes,
            new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true }))
        {
            writer.WriteStartObject();
            foreach (var property in root.EnumerateObject())
            {
                if (!property.NameEquals("topic"))
                {
                    property.WriteTo(writer);
                }
            }

            writer.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }

    private static HashSet<string> Kinds<T>()
        where T : struct, Enum => [.. Enum.GetNames<T>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];
}
