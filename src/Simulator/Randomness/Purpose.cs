namespace Jianwei.Simulator.Randomness;

/// <summary>
/// What a stream of random numbers is for. Two purposes never share numbers, so that a change of one leaves the others as they were.
/// </summary>
public enum Purpose
{
    Factors = 1,
    Outages,
    BulkEdits,
    Attributes,
    Links,
    Start,
    Health,
    Occurrences,
    Delivery,
    Wording,
    Nested,
    Sample,
}
