namespace Jianwei.Core.Contracts.Raw;

/// <summary>One thing that is wrong with a raw message.</summary>
/// <param name="Reason">Its kind.</param>
/// <param name="Field">Which field, e.g. <c>company.id</c>; empty for the message as a whole.</param>
/// <param name="Value">What is there, shortened; empty where nothing is.</param>
/// <param name="Allowed">What is allowed there.</param>
public sealed record Problem(RefusalReason Reason, string Field, string Value, string Allowed)
{
    /// <summary>Most characters of a value that are repeated.</summary>
    public const int ValueLimit = 60;

    /// <summary>A problem of a text value, shortened and without its control characters.</summary>
    public static Problem Of(RefusalReason reason, string field, string value, string allowed) =>
        new(reason, field, $"\"{Shorten(value)}\"", allowed);

    /// <summary>At most <see cref="ValueLimit"/> characters on one line.</summary>
    public static string Shorten(string value)
    {
        var cut = value.Length <= ValueLimit ? value
            : value[..(char.IsHighSurrogate(value[ValueLimit - 1]) ? ValueLimit - 1 : ValueLimit)] + "…";
        return string.Create(cut.Length, cut, static (target, text) =>
        {
            for (var i = 0; i < target.Length; i++)
            {
                target[i] = char.IsControl(text[i]) ? ' ' : text[i];
            }
        });
    }

    /// <summary>One sentence of all problems: the dead letter's detail, at most 2,000 characters.</summary>
    public static string Sentence(IReadOnlyList<Problem> problems)
    {
        var text = string.Join("; ", problems);
        return text.Length <= 2_000 ? text : text[..2_000] + "…";
    }

    /// <summary>The reason that a dead letter goes by: the first in order of precedence.</summary>
    public static RefusalReason Main(IReadOnlyList<Problem> problems) => problems.Min(p => p.Reason);

    public override string ToString() => (Field, Value) switch
    {
        ("", "") => $"the message: {Allowed}",
        ("", _) => $"the message is {Value}; allowed: {Allowed}",
        (_, "") => $"{Field} is missing; allowed: {Allowed}",
        _ => $"{Field} is {Value}; allowed: {Allowed}",
    };
}
