using Jianwei.Simulator.Events;

namespace Jianwei.Simulator.Text;

/// <summary>What a wording is about: values of the event, the company's sector, and the answers of the choices of words.</summary>
public sealed class Wordings
{
    private readonly string?[] values = new string?[Enum.GetValues<Slot>().Length];
    private readonly bool[] answers = new bool[WordChoices.All.Count];

    /// <summary>Index in <see cref="World.Sectors.All"/>.</summary>
    public int Sector { get; set; }

    public string? this[Slot slot]
    {
        get => values[(int)slot];
        set => values[(int)slot] = value;
    }

    public bool Answer(int choice) => answers[choice];

    /// <summary>Takes the answers of an occurrence.</summary>
    public void Take(Occurrence occurrence)
    {
        var place = 0;
        foreach (var choice in WordChoices.Of(occurrence.Spec.Wording))
        {
            answers[choice] = occurrence.Says(place++);
        }
    }
}
