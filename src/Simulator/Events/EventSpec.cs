namespace Jianwei.Simulator.Events;

/// <summary>How often a kind of event happens and what it carries.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Feed">Who delivers it.</param>
/// <param name="ARate">Events a year of a company of exposure 1 and health 0; 0 where it is not random.</param>
/// <param name="Health">Slope of the logarithm of the rate on visible health.</param>
/// <param name="Growth">Added to the logarithm of the rate of a growing company, taken from that of a shrinking one.</param>
/// <param name="Amount">How large its amount is; null where it says nothing about health.</param>
/// <param name="Wording">What its text says beyond its kind.</param>
public sealed record EventSpec(
    EventKind Kind, Feed Feed, double ARate, double Health, double Growth, AmountLaw? Amount = null, Wording Wording = Wording.Plain);

/// <summary>The logarithm of an amount, in relation to what the company's size and sector let expect, is normal.</summary>
/// <param name="Health">Slope of its mean on visible health.</param>
/// <param name="Spread">Standard deviation.</param>
public sealed record AmountLaw(double Health, double Spread);
