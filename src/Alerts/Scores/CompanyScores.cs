using Jianwei.Alerts.Shifts;
using Jianwei.Core.Contracts;

namespace Jianwei.Alerts.Scores;

/// <summary>One company in a batch: its state before and after, and the rows that its scores leave behind.</summary>
public sealed class CompanyScores(string companyId, int partition, ShiftState? before)
{
    public string CompanyId { get; } = companyId;

    /// <summary>Of Kafka.</summary>
    public int Partition { get; } = partition;

    /// <summary>State that the batch started from; its version guards the write.</summary>
    public ShiftState? Before { get; } = before;

    public ShiftState? State { get; private set; } = before;

    /// <summary>Name of the newest score that has one.</summary>
    public string? Name { get; private set; }

    /// <summary>Stream time of the first score that this batch applied; the company's first where it had no state.</summary>
    public DateTimeOffset First { get; private set; }

    /// <summary>Name of <see cref="ShiftState.Band"/>.</summary>
    public string BandName { get; private set; } = "";

    /// <summary>Features that became the reference or the checkpoint, by slot.</summary>
    public KeptFeatures?[] Slots { get; } = new KeptFeatures?[2];

    /// <summary>The batch's events, numbered through the company's life.</summary>
    public List<NumberedEvent> Events { get; } = [];

    public bool Changed => !ReferenceEquals(State, Before);

    /// <summary>Applies the step of a score.</summary>
    /// <param name="score">The score.</param>
    /// <param name="step">What it does.</param>
    /// <param name="bandName">Its band, with hysteresis.</param>
    /// <param name="readsTexts">Whether its model does.</param>
    public void Take(Score score, in ShiftStep step, string bandName, bool readsTexts)
    {
        First = Changed ? First : step.State.AsOf;
        State = step.State;
        BandName = bandName;
        Name = score.CompanyName ?? Name;
        if (score.Event is { } happened)
        {
            Events.Add(new(step.State.Events, happened));
        }

        if (step.FeatureSlot is { } slot)
        {
            Slots[slot] = new(score.StateVersion, score.Catalogue, score.Features, readsTexts ? score.TextHash ?? "" : null);
        }
    }
}

/// <summary>Features and texts that were kept of a score.</summary>
/// <param name="Catalogue">Hash of the catalogue that they belong to.</param>
/// <param name="Values">float32, little-endian.</param>
/// <param name="TextHash">Of the company's texts, empty where it had none; null where it is not known or the model reads none.</param>
public sealed record KeptFeatures(long StateVersion, string Catalogue, byte[] Values, string? TextHash)
{
    /// <summary>The packed texts; null where there are none, or they are gone.</summary>
    public byte[]? Text { get; set; }
}

/// <summary>An event and its number in the company's life, from 1.</summary>
public readonly record struct NumberedEvent(long Number, EventSummary Event)
{
    /// <summary>Newest events of a company that are kept, and the most that an alert names.</summary>
    public const int Kept = 20;

    /// <summary>Place in the ring of kept events.</summary>
    public short Slot => (short)(Number % Kept);
}
