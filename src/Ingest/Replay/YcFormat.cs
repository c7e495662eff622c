using System.Text.Json;
using Jianwei.Core.Contracts.Raw;
using Jianwei.Core.Text;

namespace Jianwei.Ingest.Replay;

/// <summary>
/// Dated observations of a start-up directory: <c>{"company","observed","kind","fields"}</c>, where fields holds only what is
/// new. A field becomes a company change, the hiring flag a posting, the status an outcome besides. The last known values are
/// kept in memory, so that a change says what was before.
/// </summary>
public sealed class YcFormat : IReplayFormat
{
    private const string Source = "yc";
    private const string PostingId = "hiring";

    // A text before is only shown, in short.
    private const int BeforeLimit = 200;

    /// <inheritdoc/>
    public string Name => "yc";

    /// <inheritdoc/>
    public IEnumerable<ReplayRow> Read(TextReader file)
    {
        var known = new Dictionary<long, Dictionary<string, FieldValue>>();
        for (long line = 1; file.ReadLine() is { } text; line++)
        {
            if (string.IsNullOrWhiteSpace(text))
            {
                continue;
            }

            var (observation, reason) = Parse(text);
            if (observation is null)
            {
                yield return ReplayRow.Refused(line, reason!);
                continue;
            }

            if (!known.TryGetValue(observation.Company, out var last))
            {
                known[observation.Company] = last = [];
            }

            _ = RawTime.TryParse(observation.Observed, out var observed);
            foreach (var message in Messages(observation, last))
            {
                yield return new(line, observed, RawWire.Topic(message), message.Company.ToString(), RawWire.Write(message));
            }
        }
    }

    private sealed record Observation(long Company, string Observed, List<(string Name, FieldValue? Value)> Fields);

    private static (Observation? Observation, string? Reason) Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            var observed = root.GetProperty("observed").GetString() ?? "";
            return RawTime.TryParse(observed, out _)
                ? (new(root.GetProperty("company").GetInt64(), observed,
                    [.. root.GetProperty("fields").EnumerateObject().Select(f => (f.Name, Value(f.Value)))]), null)
                : (null, $"observed is \"{observed}\"; allowed: {RawTime.Range}");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return (null, $"not an observation with company, observed and fields: {e.Message}");
        }
    }

    private static FieldValue? Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => new FieldValue(value.GetDouble()),
        JsonValueKind.True => new FieldValue("true"),
        JsonValueKind.False => new FieldValue("false"),
        JsonValueKind.String => Text(value.GetString()!),
        JsonValueKind.Array => Text(string.Join(", ", value.EnumerateArray().Select(v => v.ToString()))),
        _ => null,
    };

    private static FieldValue? Text(string text) => text.Length == 0 ? null : new FieldValue(CleanText.Cut(text, RawValidator.TextLimit));

    private static IEnumerable<RawMessage> Messages(Observation observation, Dictionary<string, FieldValue> last)
    {
        var name = observation.Fields.Find(f => f.Name == "name").Value?.Text ?? (last.TryGetValue("name", out var old) ? old.Text : null);
        var company = new CompanyReference("X-YC", $"{observation.Company}", name is null ? null
            : CleanText.Cut(name, RawValidator.LineLimit));
        foreach (var (field, after) in observation.Fields)
        {
            FieldValue? before = last.TryGetValue(field, out var value) ? value : null;
            if (after is { } news)
            {
                last[field] = news;
            }
            else
            {
                last.Remove(field);
            }

            // Nothing that stays nothing, and the slug, which follows the name, are no news.
            if (field == "slug" || (before is null && after is null))
            {
                continue;
            }

            var id = $"{observation.Company}-{observation.Observed}-{field}";
            if (field == "isHiring")
            {
                if (Posting(company, id, observation.Observed, before?.Text == "true", after?.Text == "true") is { } posting)
                {
                    yield return posting;
                }

                continue;
            }

            yield return Change(company, id, observation.Observed, field, before, after);
            if (field == "status" && (Outcome(after?.Text) ?? Cure(before?.Text, after?.Text)) is { } kind)
            {
                yield return new Outcome
                {
                    Source = Source, SourceEventId = $"{id}:outcome", Company = company, ObservedTime = observation.Observed,
                    Kind = kind, Date = observation.Observed,
                };
            }
        }
    }

    private static CompanyChange Change(CompanyReference company, string id, string observed, string field, FieldValue? before,
        FieldValue? after)
    {
        var (kind, name) = field switch
        {
            "name" or "former_names" => (CompanyChangeKind.Name, field),
            "tags" or "industry" or "subindustry" => (CompanyChangeKind.Scope, field),
            "all_locations" or "regions" => (CompanyChangeKind.Address, field),
            "status" => (CompanyChangeKind.Status, field),
            "team_size" => (CompanyChangeKind.Other, "head_count"),
            _ => (CompanyChangeKind.Other, field),
        };
        return new()
        {
            Source = Source, SourceEventId = id, Company = company, ObservedTime = observed, Kind = kind, Field = name, After = after,
            Before = before?.Text is { } text ? new FieldValue(CleanText.Cut(text, BeforeLimit)) : before,
        };
    }

    private static JobPosting? Posting(CompanyReference company, string id, string observed, bool before, bool after) =>
        before == after ? null : new()
    {
        Source = Source, SourceEventId = id, Company = company, ObservedTime = observed, PostingId = PostingId,
        Action = after ? PostingAction.Opened : PostingAction.Closed,
    };

    // It is listed as active again.
    private static OutcomeKind? Cure(string? before, string? after) =>
        after == "Active" && Outcome(before) is not null ? OutcomeKind.Cured : null;

    private static OutcomeKind? Outcome(string? status) => status switch
    {
        "Inactive" => OutcomeKind.Closure,
        "Acquired" or "Public" => OutcomeKind.Exit,
        _ => null,
    };
}
