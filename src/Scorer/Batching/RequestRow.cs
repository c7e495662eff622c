namespace Jianwei.Scorer.Batching;

/// <summary>
/// One request of a batch. Its message is in the layout of <see cref="Core.Contracts.Wire"/>, and a score repeats it whole:
/// <code>
/// {…,"as_of":"…"         ,"text":"…"         ,"catalogue":…,"features":"…",…,"accepted_time":"…"}
/// |--- head ----|- the model's part in its place -|--- tail ------------------------------------|
///             Split                              Tail
/// </code>
/// </summary>
internal struct RequestRow
{
    /// <summary>Which record of the stage's batch it came from.</summary>
    public int Source;

    /// <summary>Where the model's part goes into the message: after <c>as_of</c>.</summary>
    public int Split;

    /// <summary>Where the message goes on for the score: after <c>text</c>, where there is one.</summary>
    public int Tail;

    /// <summary>Length of the base64 of <c>text</c>, which ends before <see cref="Tail"/>; 0 where the event changed no text.</summary>
    public int TextLength;

    /// <summary>Hash of the company's texts; 0 where it has none.</summary>
    public ulong TextHash;

    public byte[] Message;

    public int CompanyIdStart;

    public int CompanyIdLength;

    /// <summary>The company id, which is the score's key.</summary>
    public byte[] Key;

    /// <summary>Whether a row of another lane stands for it.</summary>
    public bool Dropped;

    /// <summary>Its event reports an outcome, so no newer request may stand for it; set where versions are coalesced.</summary>
    public bool IsOutcome;

    /// <summary>By which the <see cref="Coalescer"/> finds it.</summary>
    public int Hash;

    public long StateVersion;

    /// <summary>Wall clock at Ingest; default where the request has none.</summary>
    public DateTimeOffset AcceptedTime;

    /// <summary>Its score's message once it is written; null where the score is no number.</summary>
    public byte[]? Score;

    /// <summary>The texts, in base64; empty where the event changed none.</summary>
    public readonly ReadOnlySpan<byte> Text => TextLength == 0 ? default : Message.AsSpan(Tail - 1 - TextLength, TextLength);

    /// <summary>Where it stands in the message, in UTF-8; it has no escapes.</summary>
    public readonly ReadOnlySpan<byte> CompanyId => Message.AsSpan(CompanyIdStart, CompanyIdLength);
}
