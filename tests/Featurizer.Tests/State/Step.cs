using FsCheck;
using FsCheck.Fluent;
using Jianwei.Core.Contracts;

namespace Jianwei.Featurizer.State;

/// <summary>One message of a generated log, before it gets its place in time.</summary>
/// <param name="Kind">News, a repeated message, or a tick.</param>
/// <param name="Advance">Seconds that the feed's clock moves before it.</param>
/// <param name="Delay">Seconds that it was observed behind the clock: out of order where larger than 0.</param>
/// <param name="Lag">Seconds from event to observation: late where large.</param>
/// <param name="Type">Index into the types but ticks.</param>
/// <param name="Amount">A whole number, so that sums are exact in any order.</param>
/// <param name="Back">For a repeat, how far back its original is.</param>
internal sealed record Step(Step.Kinds Kind, int Advance, int Delay, int Lag, int Type, int? Amount, int Back)
{
    public enum Kinds
    {
        News,
        Repeat,
        Tick,
    }

    private const int Day = 86_400;

    private static readonly EventType[] Types = [.. EventTypes.All.Where(t => t != EventType.Tick)];

    public static readonly DateTimeOffset Start = new(2019, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static Gen<int> Seconds(params (int Weight, int From, int To)[] ranges) =>
        Gen.Frequency([.. ranges.Select(r => (r.Weight, Gen.Choose(r.From, r.To)))]);

    private static Gen<Step> Any { get; } =
        from kind in Gen.Frequency((8, Gen.Constant(Kinds.News)), (1, Gen.Constant(Kinds.Repeat)), (1, Gen.Constant(Kinds.Tick)))
        from advance in Seconds((4, 0, 0), (4, 1, 7_200), (4, Day / 2, 20 * Day), (1, 80 * Day, 120 * Day), (1, 300 * Day, 800 * Day))
        from delay in Seconds((6, 0, 0), (2, 1, 2 * Day), (1, 2 * Day, 500 * Day))
        from lag in Seconds((4, 0, 0), (4, 1, 40 * Day), (2, 40 * Day, 400 * Day), (1, 400 * Day, 2_000 * Day))
        from type in Gen.Choose(0, Types.Length - 1)
        from amount in Gen.Frequency((3, Gen.Choose(-50, 1_000_000).Select(a => (int?)a)), (1, Gen.Constant((int?)null)))
        from back in Gen.Choose(1, 60)
        select new Step(kind, advance, delay, lag, type, amount, back);

    /// <summary>Logs of up to that many messages; a failing one is cut down to what it needs.</summary>
    public static Arbitrary<Step[]> Logs(int most) =>
        Arb.From(Gen.Choose(1, most).SelectMany(length => Any.ArrayOf(length)), Shorter);

    /// <summary>A log of exactly that many messages, with steps in time no longer than <paramref name="longestAdvance"/>.</summary>
    public static Arbitrary<Step[]> Busy(int length, int longestAdvance) =>
        Any.Select(s => s with { Advance = Math.Min(s.Advance, longestAdvance), Delay = Math.Min(s.Delay, 100 * longestAdvance) })
            .ArrayOf(length).ToArbitrary();

    /// <summary>The messages of a log, in order.</summary>
    public static List<CompanyEvent> Events(IEnumerable<Step> steps)
    {
        var events = new List<CompanyEvent>();
        var clock = Start;
        foreach (var step in steps)
        {
            clock = clock.AddSeconds(step.Advance);
            events.Add(step.Kind == Kinds.Repeat && events.Count >= step.Back
                ? events[^step.Back]
                : step.Event(clock.AddSeconds(-step.Delay), events.Count));
        }

        return events;
    }

    private CompanyEvent Event(DateTimeOffset observed, int number) => new()
    {
        EventId = ((ulong)(number + 1) * 0x9E3779B97F4A7C15UL).ToString("x16"),
        CompanyId = "X-TEST:1",
        Type = Kind == Kinds.Tick ? EventType.Tick : Types[Type % Types.Length],
        EventTime = Kind == Kinds.Tick ? observed : observed.AddSeconds(-Lag),
        ObservedTime = observed,
        Amount = Kind == Kinds.Tick ? null : Amount,
        Source = $"source-{Type % 3}",
        SourceEventId = $"{number}",
    };

    private static IEnumerable<Step[]> Shorter(Step[] steps)
    {
        for (var size = steps.Length / 2; size > 0; size /= 2)
        {
            for (var at = 0; at + size <= steps.Length; at += size)
            {
                if (size < steps.Length)
                    yield return [.. steps[..at], .. steps[(at + size)..]];
            }
        }
    }
}
