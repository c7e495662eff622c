namespace Jianwei.Core.Contracts.Raw;

/// <summary>What a validator found: a message, or everything that is wrong with it.</summary>
/// <param name="Message">The message; null where there are problems.</param>
/// <param name="Problems">All problems; empty where there is a message.</param>
public readonly record struct RawResult(RawMessage? Message, IReadOnlyList<Problem> Problems)
{
    public static RawResult Refused(RefusalReason reason, string value, string allowed) =>
        new(null, [new Problem(reason, "", value, allowed)]);
}
