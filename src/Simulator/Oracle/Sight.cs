namespace Jianwei.Simulator.Oracle;

/// <summary>What an observer reads of the events.</summary>
[Flags]
public enum Sight
{
    /// <summary>Only who is still alive.</summary>
    None = 0,

    /// <summary>How many events of which kind, silence included, and their amounts.</summary>
    Tabular = 1,

    /// <summary>Choices of words that mean the same for every company.</summary>
    DirectWords = 2,

    /// <summary>Choices of words whose meaning growth decides.</summary>
    InteractionWords = 4,

    /// <summary>All choices of words.</summary>
    Text = DirectWords | InteractionWords,

    /// <summary>Everything.</summary>
    All = Tabular | Text,
}
