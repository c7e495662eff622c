namespace Jianwei.Simulator.Events;

/// <summary>Something that happened to a company, before it is put into words.</summary>
/// <param name="Kind">What.</param>
/// <param name="Month">In which month.</param>
/// <param name="Number">Of the company's occurrences of that month, from 0; with the month it makes the id.</param>
/// <param name="Time">When, in seconds since 1970.</param>
/// <param name="Observed">When the feed delivered it.</param>
/// <param name="Surprise">The amount's logarithm beyond what size and sector let expect; 0 where there is no informative amount.</param>
/// <param name="Words">Bit i is the answer of the i-th choice of its wording.</param>
public readonly record struct Occurrence(EventKind Kind, int Month, int Number, long Time, long Observed, double Surprise, byte Words)
{
    public EventSpec Spec => EventSpecs.Of(Kind);

    /// <summary>The answer of a choice, by its place in the wording.</summary>
    public bool Says(int choice) => (Words >> choice & 1) != 0;
}
