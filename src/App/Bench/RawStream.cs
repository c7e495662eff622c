using System.Globalization;
using System.Text;
using Jianwei.Core.Kafka;

namespace Jianwei.App.Bench;

/// <summary>
/// Made-up raw messages of three kinds, each valid and with its own source id. Same seed, same messages but for their times.
/// </summary>
internal sealed class RawStream(Topics topics, int companies, int seed)
{
    private static readonly string[] Changes = ["legal_representative", "shareholder", "capital", "address", "scope", "management"];
    private static readonly string[] Filings =
        ["court_judgment", "enforcement", "pledge", "late_filing", "tax_arrears", "tender_won", "annual_report"];
    private readonly Random random = new(seed);
    private long made;

    /// <summary>The next message, observed at a time.</summary>
    public OutgoingMessage Next(DateTimeOffset observed)
    {
        var company = string.Create(CultureInfo.InvariantCulture, $"{random.Next(companies):D9}");
        var (topic, body) = random.Next(5) switch
        {
            0 or 1 => (topics.CompanyChanges,
                $"\"kind\":\"{Pick(Changes)}\",\"before\":{random.Next(1, 9_000)},\"after\":{random.Next(1, 9_000)}"),
            2 or 3 => (topics.Filings,
                $"\"kind\":\"{Pick(Filings)}\",\"amount\":{random.Next(1, 900_000)},\"currency\":\"CNY\",\"role\":\"defendant\""),
            _ => (topics.JobPostings,
                $"\"action\":\"opened\",\"posting_id\":\"{random.Next(50)}\",\"title\":\"销售经理\",\"salary_max\":{random.Next(5, 60)}000,\"currency\":\"CNY\""),
        };
        var json = string.Create(CultureInfo.InvariantCulture,
            $"{{\"schema_version\":1,\"source\":\"bench\",\"source_event_id\":\"{seed}-{made++}\",\"company\":{{\"scheme\":\"X-BENCH\",\"id\":\"{company}\",\"name\":\"样例{company}有限公司\"}},\"event_time\":\"{observed:yyyy-MM-dd}\",\"observed_time\":\"{observed:yyyy-MM-dd'T'HH:mm:ss'Z'}\",{body}}}");
        return new(topic, $"X-BENCH:{company}", Encoding.UTF8.GetBytes(json), observed);
    }

    private string Pick(string[] of) => of[random.Next(of.Length)];
}
