namespace Jianwei.Simulator.Events;

/// <summary>A class of texts that carry the same attributes.</summary>
public enum Wording : byte
{
    /// <summary>Text that says no more than the kind of event does.</summary>
    Plain,
    Posting,
    Judgment,
    Report,
    Scope,
    Description,
}

/// <summary>
/// One yes-or-no choice of words. Yes has probability σ(bias + direct·v + s·interaction·v), with v visible health and s = +1 for a
/// growing company and −1 for a shrinking one.
/// </summary>
/// <param name="Name">Name of the choice in the grammar: rules <c>NAME.yes</c> and <c>NAME.no</c>.</param>
/// <param name="Wording">The class of texts.</param>
/// <param name="Bias">Log-odds at health 0.</param>
/// <param name="Direct">Slope that every company has; scaled by the world's text strength.</param>
/// <param name="Interaction">Slope whose sign growth decides; scaled by the world's interaction strength.</param>
public sealed record WordChoice(string Name, Wording Wording, double Bias, double Direct, double Interaction);

/// <summary>The choices of words.</summary>
public static class WordChoices
{
    public static IReadOnlyList<WordChoice> All { get; } =
    [
        new("posting.role", Wording.Posting, -2.2, -0.2, 0),
        new("posting.tone", Wording.Posting, -0.4, -0.18, 0),
        new("posting.plan", Wording.Posting, 0, 0, 2.25),
        new("judgment.tone", Wording.Judgment, -0.2, -0.23, 0),
        new("report.tone", Wording.Report, -0.5, -0.32, 0),
        new("report.plan", Wording.Report, 0, 0, 3.25),
        new("scope.plan", Wording.Scope, 0, 0, 2.5),
        new("description.tone", Wording.Description, -0.3, -0.18, 0),
        new("description.plan", Wording.Description, 0, 0, 2.5),
    ];

    private static readonly int[][] ByWording =
        [.. Enum.GetValues<Wording>().Select(w => Enumerable.Range(0, All.Count).Where(i => All[i].Wording == w).ToArray())];

    /// <summary>Indices in <see cref="All"/> of a class's choices; the bits of an occurrence are in this order.</summary>
    public static ReadOnlySpan<int> Of(Wording wording) => ByWording[(int)wording];
}
