namespace Jianwei.Core.Failures;

/// <summary>A record that no retry can mend.</summary>
/// <param name="reason">Bounded code, the metric's label and <see cref="Contracts.DeadLetter.Reason"/>.</param>
/// <param name="detail">What is wrong and what is allowed.</param>
public sealed class PoisonException(string reason, string detail) : Exception(detail)
{
    public string Reason { get; } = reason;
}
