using Jianwei.Alerts.Shifts;
using Jianwei.Core.Contracts;
using Jianwei.Core.Models;

namespace Jianwei.Alerts.Tests.Shifts;

/// <summary>Short ways to say a score and the bands it is judged by.</summary>
internal static class Given
{
    public static readonly DateTimeOffset Start = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static readonly BandScale Bands = new([new("low"), new("watch", 0.10, 0.06), new("high", 0.30, 0.20)]);

    public static ScorePoint Score(long version, double day, double probability, string model = "m/1", bool hasEvent = true) =>
        new("X:1", version, Start.AddDays(day), probability, LogOdds(probability), model, hasEvent);

    /// <summary>The same score, caused by a report of an outcome that took effect on the score's day, or on another.</summary>
    public static ScorePoint Reporting(this ScorePoint score, EventType kind, string source = "court", double? day = null) => score with
    {
        HasEvent = true,
        Outcome = new()
        {
            EventId = $"{score.StateVersion:x16}", Type = kind, EventTime = day is { } other ? Start.AddDays(other) : score.AsOf,
            ObservedTime = score.AsOf, Source = source, SourceEventId = $"{score.StateVersion}", Summary = EventTypes.Name(kind),
        },
    };

    public static double LogOdds(double p) => Math.Log(p / (1 - p));
}
