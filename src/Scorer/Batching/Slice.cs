namespace Jianwei.Scorer.Batching;

/// <summary>A piece of a message's bytes: one JSON value as it stands there, quotes included. Length 0 where the field is missing or null.</summary>
internal readonly record struct Slice(int Start, int Length)
{
    public bool IsEmpty => Length == 0;

    public ReadOnlySpan<byte> Of(byte[] message) => message.AsSpan(Start, Length);
}
