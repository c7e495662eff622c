using System.Globalization;
using Jianwei.Core.Contracts;

namespace Jianwei.Featurizer.Export;

/// <summary>Events of made-up companies.</summary>
internal static class ExportLog
{
    private static readonly EventType[] Types =
    [
        EventType.FilingLayOffNotice, EventType.FilingClosureNotice, EventType.ChangeHeadCountDecreased, EventType.PostingOpened,
        EventType.FilingCourtJudgment, EventType.OutcomeClosure, EventType.OutcomeCured, EventType.ChangeProfile,
    ];

    public static DateTimeOffset Day(string date) =>
        DateTimeOffset.Parse(date, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    public static CompanyEvent Event(string company, EventType type, string observed, string? happened = null, double? amount = null) =>
        Event(company, type, Day(observed), Day(happened ?? observed), amount, HashCode.Combine(company, type, observed, happened, amount));

    private static CompanyEvent Event(
        string company, EventType type, DateTimeOffset observed, DateTimeOffset happened, double? amount, int id) => new()
    {
        EventId = $"{(uint)id:x8}00000000", CompanyId = company, Type = type, EventTime = happened, ObservedTime = observed,
        Amount = amount, Source = "test", SourceEventId = id.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>
    /// A log of three years with duplicates, events that were late to be observed, and events observed at a month's start.
    /// </summary>
    public static List<CompanyEvent> Random(int seed, int count)
    {
        var random = new Random(seed);
        var log = new List<CompanyEvent>();
        for (var i = 0; i < count; i++)
        {
            var observed = Day("2020-01-01").AddSeconds(random.Next(0, 3 * 365) * 86_400L);
            observed = random.Next(4) == 0
                ? new(observed.Year, observed.Month, 1, 0, 0, 0, TimeSpan.Zero)
                : observed.AddSeconds(random.Next(86_400));
            var happened = observed.AddDays(-random.Next(3) * random.Next(200));
            log.Add(Event(
                $"test:{random.Next(6)}", Types[random.Next(Types.Length)], observed, happened,
                random.Next(3) == 0 ? null : random.Next(1, 500), i));
        }

        log.Sort((a, b) => a.ObservedTime.CompareTo(b.ObservedTime));
        return [.. log.SelectMany(e => random.Next(10) == 0 ? new[] { e, e } : [e])];
    }

    public static async IAsyncEnumerable<CompanyEvent> Stream(IEnumerable<CompanyEvent> events)
    {
        foreach (var e in events)
        {
            yield return e;
        }

        await Task.CompletedTask;
    }
}
