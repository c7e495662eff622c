using Jianwei.Core.Contracts;

namespace Jianwei.Ingest.Events;

/// <summary>What a raw message says beyond its envelope, in the terms of an event.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Summary">One line for a person; cut to 200 characters later.</param>
/// <param name="Amount">Money, people or nothing.</param>
/// <param name="Unit">ISO 4217 currency, <c>people</c>, or null.</param>
/// <param name="Text">A change of the company's text, or null.</param>
public sealed record EventFacts(EventType Type, string Summary, double? Amount = null, string? Unit = null, TextChange? Text = null)
{
    /// <summary>Unit of head counts.</summary>
    public const string People = "people";
}
