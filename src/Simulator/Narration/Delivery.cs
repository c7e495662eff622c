using Jianwei.Core.Contracts.Raw;

namespace Jianwei.Simulator.Narration;

/// <summary>A raw message and its place in the stream: by observed time, then company, then order of telling.</summary>
/// <param name="Observed">Seconds since 1970, as in the message.</param>
/// <param name="Company">Its number.</param>
/// <param name="Sequence">Of the company's messages.</param>
/// <param name="Message">Valid for its topic.</param>
public readonly record struct Delivery(long Observed, int Company, int Sequence, RawMessage Message);
