using System.Text.Json;
using System.Text.RegularExpressions;
using Jianwei.Core.Contracts;
using Jianwei.Core.Failures;

namespace Jianwei.Alerts.Scores;

/// <summary>Reads and checks messages of topic <c>scores</c>.</summary>
public static partial class ScoreReader
{
    private const int IdLimit = 200;
    private static readonly DateTimeOffset Earliest = new(1900, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Latest = new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The score of a message's value.</summary>
    /// <exception cref="PoisonException">It is none that could ever be processed;
    /// reasons <c>not_json</c>, <c>invalid_field</c>.</exception>
    public static Score Read(byte[]? value)
    {
        Score score;
        try
        {
            score = Wire.ReadScore(value ?? []);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new PoisonException("not_json", $"the value is not a score: {e.Message}");
        }

        Check(score);
        return Clean(score);
    }

    private static void Check(Score score)
    {
        Require(score.CompanyId.Length is > 0 and <= IdLimit && !score.CompanyId.Contains('\0'),
            "company_id", Shown(score.CompanyId), $"1 to {IdLimit} characters, no NUL");
        Require(score.StateVersion > 0, "state_version", score.StateVersion, "1 or more");
        Require(score.AsOf >= Earliest && score.AsOf < Latest, "as_of", score.AsOf.ToString("O"), "1900-01-01 to 2199-12-31");
        Require(score.ProbabilityOfDefault is > 0 and < 1, "probability_of_default", score.ProbabilityOfDefault, "above 0 and below 1");
        Require(double.IsFinite(score.LogOdds), "log_odds", score.LogOdds, "a finite number");
        Require(ModelId().IsMatch(score.Model), "model", Shown(score.Model), "name/version of letters, digits, '.', '_' and '-'");
        Require(score.Features.Length % sizeof(float) == 0, "features", $"{score.Features.Length} bytes", "a multiple of 4 bytes");
        var textHash = score.TextHash;
        Require(textHash is null || TextHash().IsMatch(textHash), "text_hash", Shown(textHash ?? ""), "16 hexadecimal digits");
        Require(
            score.Catalogue.Length is > 0 and <= IdLimit && !score.Catalogue.Contains('\0'),
            "catalogue", Shown(score.Catalogue), "16 hexadecimal digits");
    }

    // PostgreSQL's text holds no NUL.
    private static Score Clean(Score score) => score with
    {
        AsOf = score.AsOf.ToUniversalTime(),
        CompanyName = score.CompanyName?.Replace('\0', ' '),
        Event = score.Event is { } e
            ? e with
            {
                EventId = e.EventId.Replace('\0', ' '),
                Unit = e.Unit?.Replace('\0', ' '),
                Source = e.Source.Replace('\0', ' '),
                SourceEventId = e.SourceEventId.Replace('\0', ' '),
                Summary = e.Summary?.Replace('\0', ' '),
            }
            : null,
    };

    private static void Require(bool holds, string field, object value, string allowed)
    {
        if (!holds)
        {
            throw new PoisonException("invalid_field", $"{field} is {value}; allowed: {allowed}");
        }
    }

    private static string Shown(string text) => $"'{(text.Length > 60 ? text[..60] + "…" : text)}'";

    [GeneratedRegex(@"\A[0-9a-f]{16}\z")]
    private static partial Regex TextHash();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,99}/[A-Za-z0-9][A-Za-z0-9._-]{0,99}\z")]
    private static partial Regex ModelId();
}
