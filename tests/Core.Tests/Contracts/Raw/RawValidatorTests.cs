using System.Text;

namespace Jianwei.Core.Contracts.Raw;

public sealed class RawValidatorTests
{
    private const string Filing = """
        {"schema_version":1,"source":"warn","source_event_id":"1","company":{"scheme":"US-CIK","id":"1"},"observed_time":"2024-01-01","kind":"pledge"}
        """;

    [Fact]
    public void Validator_FindsAllProblemsAndNamesFieldValueAndWhatIsAllowed()
    {
        var problems = Refuse("""
            {"schema_version":2,"source":"WARN","company":{"scheme":"US-CIK","id":"abc"},"observed_time":"yesterday","kind":"strike","head_count":1.5,"tex":"x","amount":-1}
            """);

        string[] expected =
        [
            "schema_version is 2; allowed: 1",
            "source is \"WARN\"; allowed: 1 to 32 of a-z, 0-9, '.', '_' and '-', the first a letter or digit",
            "company.id is \"abc\"; allowed: for US-CIK, 1 to 10 digits",
            "observed_time is \"yesterday\"; allowed: an RFC 3339 date-time such as 2024-03-01T08:30:00Z, or a date such as 2024-03-01",
            "head_count is 1.5; allowed: a whole number from 0 to 10,000,000",
            "amount is -1; allowed: a number from 0E+0 to 1E+18",
            "source_event_id is missing; allowed: a text of 1 to 200 printable characters",
        ];
        Assert.All(expected, sentence => Assert.Contains(sentence, problems.Select(p => p.ToString())));
        Assert.Contains(
            problems,
            p => p is { Reason: RefusalReason.InvalidField, Field: "kind", Value: "\"strike\"" } && p.Allowed.Contains("lay_off_notice"));
        Assert.Contains(problems, p => p is { Reason: RefusalReason.UnknownField, Field: "tex" } && p.Allowed.Contains("text"));
        Assert.Equal(9, problems.Count);
        Assert.Equal(RefusalReason.UnsupportedVersion, Problem.Main(problems));
    }

    [Theory]
    [InlineData("", "not_json")]
    [InlineData("{", "not_json")]
    [InlineData("null", "not_json")]
    [InlineData("[]", "not_json")]
    [InlineData("{}", "missing_field")]
    [InlineData("""{"schema_version":NaN}""", "not_json")]
    [InlineData("""{"schema_version":"1"}""", "unsupported_version")]
    [InlineData("""{"kind":"\ud800"}""", "invalid_utf8")]
    [InlineData("""{"\udc00":1}""", "invalid_utf8")]
    public void Validator_NamesTheReason(string message, string reason) =>
        Assert.Equal(reason, RefusalReasons.Name(Problem.Main(Refuse(message))));

    [Theory]
    [InlineData("\"kind\":\"pledge\"", "\"kind\":\"pledge\",\"kind\":\"pledge\"", "duplicate_field")]
    [InlineData("US-CIK", "US-CIC", "unknown_scheme")]
    [InlineData("\"id\":\"1\"", "\"id\":\"x\"", "bad_identifier")]
    [InlineData("\"id\":\"1\"", "\"id\":1", "bad_identifier")]
    [InlineData("2024-01-01", "2024-01-01T25:00:00Z", "bad_time")]
    [InlineData("\"kind\"", "\"text\":null,\"kind\"", "invalid_field")]
    [InlineData("{\"scheme\":\"US-CIK\",\"id\":\"1\"}", "\"US-CIK:1\"", "invalid_field")]
    public void Validator_NamesTheReasonOfOneFault(string whole, string spoilt, string reason)
    {
        Assert.Contains(whole, Filing);
        Assert.Equal(reason, RefusalReasons.Name(Assert.Single(Refuse(Filing.Replace(whole, spoilt, StringComparison.Ordinal))).Reason));
    }

    [Fact]
    public void Validator_RefusesBytesThatAreNotUtf8()
    {
        var problems = RawValidators.Filings.Validate([.. "{\"source\":\""u8, 0xFF, .. "\"}"u8]).Problems;
        Assert.Equal(RefusalReason.InvalidUtf8, Assert.Single(problems).Reason);
    }

    [Fact]
    public void Validator_ShortensWhatItRepeats()
    {
        var problem = Assert.Single(Refuse(Filing.Replace("2024-01-01", new string('字', 500), StringComparison.Ordinal)));
        Assert.Equal(Problem.ValueLimit + 3, problem.Value.Length);
    }

    [Fact]
    public void Validator_ReadsEveryField()
    {
        var message = new JobPosting
        {
            Source = "jobs", SourceEventId = "事件", Company = new("X-A", "1", "名"),
            EventTime = "2024-01-01", ObservedTime = "2024-01-02T03:04:05+08:00", Action = PostingAction.Updated, PostingId = "p",
            Title = "t", Description = "d\n", Location = "l", HeadCount = 3, SalaryMin = 1.5, SalaryMax = 2, Currency = "CNY",
        };
        Assert.Equal(message, RawValidators.JobPostings.Validate(RawWire.Write(message)).Message);
    }

    private static IReadOnlyList<Problem> Refuse(string message)
    {
        var result = RawValidators.Filings.Validate(Encoding.UTF8.GetBytes(message));
        Assert.Null(result.Message);
        return result.Problems;
    }
}
