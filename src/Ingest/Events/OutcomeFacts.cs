using Jianwei.Core.Contracts;
using Jianwei.Core.Contracts.Raw;

namespace Jianwei.Ingest.Events;

/// <summary>How an <see cref="Outcome"/> becomes an event.</summary>
public static class OutcomeFacts
{
    public static EventFacts Of(Outcome outcome) =>
        new(Type(outcome.Kind), $"outcome: {outcome.Kind.ToString().ToLowerInvariant()}");

    private static EventType Type(OutcomeKind kind) => kind switch
    {
        OutcomeKind.Default => EventType.OutcomeDefault,
        OutcomeKind.Bankruptcy => EventType.OutcomeBankruptcy,
        OutcomeKind.Exit => EventType.OutcomeExit,
        OutcomeKind.Closure => EventType.OutcomeClosure,
        _ => EventType.OutcomeCured,
    };
}
