using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Jianwei.Core.Contracts.Raw;

/// <summary>Makes messages of a raw topic, whole and spoilt, from a seed.</summary>
internal sealed class MessageGenerator(int seed)
{
    public static readonly string[] Topics = ["company-changes", "job-postings", "filings", "outcomes"];

    private static readonly string[] Texts =
        ["", "a", "公司变更：注册资本减少", "Ü\u0301 ﬁ", "line\nline", "tab\t", "\u0000", "\u0085", "😀😀", "null", " ", "\"\\", "\u2028"];

    private static readonly string[] Times =
    [
        "2024-02-29", "2023-02-29", "2024-13-01", "2024-00-10", "2024-01-32", "2024-01-00", "1969-12-31", "2100-01-01",
        "2199-01-01", "0000-01-01",
        "2024-01-01T00:00:00Z", "2024-01-01t00:00:00z", "2024-01-01T24:00:00Z", "2024-01-01T23:59:60Z",
        "2024-01-01T23:60:00Z", "2024-01-01 00:00:00Z", "2024-01-01T00:00:00", "2024-01-01T00:00:00.123456789+08:00",
        "2024-01-01T00:00:00.1234567890Z", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00+0800",
        "2024-01-01T00:00:00-00:00", "2024-01-01\n", "2024-1-1", "20240101", "yesterday", "",
        "２０２４-01-01", "2024-01-01T00:00Z", "2024-01-01T00:00:00+08:60", "2024-01-01T00:00:00ZZ", "+024-01-01", "2024-01-01T",
    ];

    private static readonly (string Scheme, string[] Ids)[] Companies =
    [
        ("CN-USCC", ["91310000MA1FL5KQ75", "91310000ma1fl5kq75", "91310000MA1FL5KQ7O", "91310000MA1FL5KQ7", "91310000MA1FL5KQ755"]),
        ("FR-SIREN",
            ["732829320", "732 829 320", "7328 29320", "732  829320", " 732829320", "732829320 ",
                "73282932", "7328293201", "732 829320", "732829320\n"]),
        ("GB-CRN", ["SC123456", "00000006", "sc123456", "SC12345", "SC 12345"]),
        ("DE-HRB", ["Amtsgericht München HRB 1", "x", ""]),
        ("US-CIK", ["1", "0000320193", "00003201930", "", "3.0", "-1"]),
        ("US-EIN", ["123456789", "12-3456789", "1-23456789", "12-345678", "123456789-"]),
        ("LEI", ["549300EKHBVLMKN1N602", "549300ekhbvlmkn1n602", "549300EKHBVLMKN1N6X2", "549300EKHBVLMKN1N6"]),
        ("WIKIDATA", ["Q42", "q42", "Q0", "Q042", "42", "Q", "Q1234567890123", "Q123456789012"]),
        ("X-WARN", ["anything at all", "\u0001", "名", " "]),
        ("X-", ["1"]), ("X-abc", ["1"]), ("X-ABCDEFGHIJKLMNOP", ["1"]), ("X-ABCDEFGHIJKLMNOPQ", ["1"]),
        ("x-A", ["1"]), ("SIREN", ["732829320"]), ("", ["1"]), ("X-A\n", ["1"]),
    ];

    private static readonly string[] Numbers =
    [
        "0", "-0", "1", "5.0", "0.5", "-1", "10000000", "10000001", "1e18", "1.0000001e18", "-1e18", "1e400", "-1e400",
        "123456789012345678901234567890", "1E2", "\"1\"", "1e-7"
    ];

    private static readonly string[] Values =
    [
        "null", "true", "false", "[]", "{}", "[1]", "{\"a\":1}", "\"\"", "\"x\"", "0", "1", "2", "1.0", "-1.5", "\"1\"",
        "\"\\ud83d\\ude00\"", "\"@half@\""
    ];

    private static readonly JsonSerializerOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Random random = new(seed);

    /// <summary>A message that is whole: every field that is there is allowed.</summary>
    public JsonObject Whole(string topic)
    {
        var (scheme, ids) = Companies[random.Next(9)];
        var message = new JsonObject
        {
            ["schema_version"] = 1,
            ["source"] = Pick("warn", "yc", "gsxt.sample", "0", "a-b_c.d"),
            ["source_event_id"] = Pick("1", "（2024）沪0115民初12345号", new string('x', 200), "a b"),
            ["company"] = new JsonObject { ["scheme"] = scheme, ["id"] = ids[0] },
            ["observed_time"] = Pick("2024-03-02", "2024-03-02T09:15:00+08:00", "2024-03-02T09:15:00.5Z"),
        };
        Maybe(message, "event_time", () => Pick("2024-03-01", "2024-03-02T01:00:00Z"));
        Maybe(message["company"]!.AsObject(), "name", () => Pick("Société Exemple", "上海样例有限公司", ""));
        switch (topic)
        {
            case "company-changes":
                message["kind"] = Pick(
                    "legal_representative", "shareholder", "capital", "name", "address", "scope", "management", "status",
                    "branch", "outward_investment", "other");
                Maybe(message, "field", () => Pick("head_count", "website", new string('f', 64)));
                Maybe(message, "before", Value);
                Maybe(message, "after", Value);
                Maybe(message, "currency", () => Pick("CNY", "usd"));
                Maybe(message, "text", Text);
                break;
            case "job-postings":
                message["action"] = Pick("opened", "updated", "closed");
                message["posting_id"] = "p-1";
                Maybe(message, "title", () => "高级算法工程师");
                Maybe(message, "description", Text);
                Maybe(message, "location", () => "Denver, CO");
                Maybe(message, "head_count", () => random.Next(100));
                Maybe(message, "salary_min", () => random.Next(100_000));
                Maybe(message, "salary_max", () => random.NextDouble() * 1e6);
                Maybe(message, "currency", () => "EUR");
                break;
            case "filings":
                message["kind"] = Pick(
                    "lay_off_notice", "court_judgment", "enforcement", "penalty", "dishonesty_listing", "annual_report", "late_filing",
                    "pledge", "tax_arrears", "insolvency_petition", "regulatory_filing", "intellectual_property", "tender_won",
                    "qualification_granted", "qualification_expired", "other");
                Maybe(message, "detail", () => Pick("closure", "2.04"));
                Maybe(message, "amount", () => random.NextDouble() * 1e9);
                Maybe(message, "currency", () => "CNY");
                Maybe(message, "head_count", () => random.Next(5_000));
                Maybe(
                    message, "role", () => Pick("subject", "plaintiff", "defendant", "creditor", "debtor", "pledgor", "pledgee", "other"));
                Maybe(message, "text", Text);
                break;
            default:
                message["kind"] = Pick("default", "bankruptcy", "exit", "closure", "cured");
                message["date"] = "2024-02-28";
                break;
        }

        return message;
    }

    /// <summary>A message with one or two changes, most of which spoil it.</summary>
    public byte[] Spoilt(string topic)
    {
        var message = Whole(topic);
        for (var i = random.Next(2); i >= 0; i--)
            Change(message, topic);
        var text = (random.Next(2) == 0 ? message.ToJsonString() : message.ToJsonString(Unescaped))
            .Replace("@half@", "\\ud83d", StringComparison.Ordinal);
        return random.Next(6) == 0 ? Torn(text) : Encoding.UTF8.GetBytes(text);
    }

    private void Change(JsonObject message, string topic)
    {
        var fields = RawValidators.For(topic)!.Fields;
        var field = fields[random.Next(fields.Count)];
        var company = message["company"] as JsonObject;
        switch (random.Next(9))
        {
            case 0: message.Remove(field); break;
            case 1: message[field] = JsonNode.Parse(Pick(Values)); break;
            case 2: message[Pick("text_", "kind ", "Source", "公司", "topic", "")] = 1; break;
            case 3: message[Pick("event_time", "observed_time", topic == "outcomes" ? "date" : "observed_time")] = Pick(Times); break;
            case 4: message[field] = JsonNode.Parse(Pick(Numbers)); break;
            case 5: message[field] = Pick(Texts); break;
            case 6: message[field] = Long(); break;
            case 7 when company is not null: Companion(company); break;
            default:
                var (scheme, ids) = Companies[random.Next(Companies.Length)];
                message["company"] = new JsonObject { ["scheme"] = scheme, ["id"] = Pick(ids) };
                break;
        }
    }

    private void Companion(JsonObject company)
    {
        var field = Pick("scheme", "id", "name", "country");
        if (random.Next(3) == 0)
            company.Remove(field);
        else
            company[field] = random.Next(2) == 0 ? JsonNode.Parse(Pick(Values)) : JsonValue.Create(Long());
    }

    // Around every limit that a text has, in characters that are one or two UTF-16 units.
    private string Long()
    {
        int[] limits = [0, 3, 32, 64, 128, 200, 1_000, 20_000];
        var length = Math.Max(0, limits[random.Next(limits.Length)] + random.Next(-1, 2));
        return string.Concat(Enumerable.Repeat(Pick("a", "字", "😀"), length));
    }

    private byte[] Torn(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return random.Next(14) switch
        {
            0 => bytes[..random.Next(bytes.Length)],
            1 => [.. bytes, .. "}"u8],
            2 => [.. bytes, .. " \r\n\t"u8],
            3 => [.. bytes, .. bytes],
            4 => [0xEF, 0xBB, 0xBF, .. bytes],
            5 => Encoding.UTF8.GetBytes(text.Insert(1, "\"source\":\"warn\",")),
            6 => Encoding.UTF8.GetBytes(text.Insert(1, "\"company\":{\"scheme\":\"X-A\",\"id\":\"1\",\"id\":\"2\"},")),
            7 => Encoding.UTF8.GetBytes(text.Replace("1", "NaN", StringComparison.Ordinal)),
            8 => Encoding.UTF8.GetBytes(text.Replace('"', '\'')),
            9 => Encoding.UTF8.GetBytes("/* */" + text),
            10 => Encoding.UTF8.GetBytes(text.Insert(text.Length - 1, ",")),
            11 => Encoding.UTF8.GetBytes(Pick("", " ", "null", "[]", "1", "\"x\"", "true", $"[{text}]", "{}", "{", "nul", "01")),
            12 => [.. bytes.AsSpan(0, 20), 0xC3, 0x28, .. bytes.AsSpan(20)],
            _ => Encoding.UTF8.GetBytes(text.Insert(1, "\"nested\":" + new string('[', 100) + new string(']', 100) + ",")),
        };
    }

    private JsonNode? Value() => random.Next(3) switch
    {
        0 => null,
        1 => JsonValue.Create(random.Next(-1_000, 1_000_000)),
        _ => JsonValue.Create(Pick("张三", "12 rue de l'Exemple", "")),
    };

    private JsonNode? Text() => JsonValue.Create(Pick("", "被告应于本判决生效之日起十日内支付原告货款。", new string('字', 20_000), "two\nlines"));

    private void Maybe(JsonObject message, string field, Func<JsonNode?> value)
    {
        if (random.Next(2) == 0)
            message[field] = value();
    }

    private string Pick(params string[] from) => from[random.Next(from.Length)];
}
